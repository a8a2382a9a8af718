import Logging
import ManagedObjects
import ManagerConnection
import NIOCore
import Pickle

/// Serves one connection: bytes to frames, frames to the handshake and then to the session, replies to bytes.
///
/// All of it is one synchronous run on the connection's event loop; what a read brings is answered with one write.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case connecting
        case authenticating(Authentication)
        /// Authenticated; the first request says what the connection is for.
        case opening
        case serving
        /// Nothing more is read; what there is for the peer is still written.
        case closing
        /// All has been given to the system to be written.
        case closed
    }

    private let configuration: ServerConfiguration
    private let functions: ServerFunctions
    private let connections: Connections
    private let access: AccessControl
    private let auditLog: AuditLog?
    private let logger: Logger

    private var phase = Phase.connecting
    /// The keys that the handshake was begun with.
    private var offeredAccess: ServerAccess?
    /// The key that the peer has shown to know, and whose it is.
    private var key: AuthenticationKey?
    private var keyHolder: String?
    /// From the connection's beginning to its end.
    private var exchange: Exchange?
    private var decoder = FrameDecoder(maximumLength: Authentication.maximumMessageLength)
    private var input = FrameInput()
    private var handshakeTimer: Scheduled<Void>?
    private var silence = Silence()
    /// Looks whether the peer is still there, once it has sent a heartbeat.
    private var silenceTimer: RepeatedTask?
    /// Runs while the peer does not take its replies.
    private var replyTimer: Scheduled<Void>?
    /// The peer's address in the network.
    private var networkAddress: String?
    /// Whether the server is about to end, and calls may not wait.
    private var isEnding = false
    private var context: ChannelHandlerContext?
    /// A read was asked for and held back.
    private var readIsHeldBack = false

    init(
        configuration: ServerConfiguration, functions: ServerFunctions, connections: Connections, access: AccessControl, auditLog: AuditLog?,
        logger: Logger
    ) {
        self.configuration = configuration
        self.functions = functions
        self.connections = connections
        self.access = access
        self.auditLog = auditLog
        self.logger = logger
    }

    // MARK: Coming and going

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        networkAddress = context.channel.remoteAddress?.ipAddress
        guard let id = connections.insert(bound, from: networkAddress) else {
            logger.notice("a connection was refused: its peer has as many as it may have", metadata: ["peer": "\(peer)"])
            phase = .closed
            context.close(promise: nil)
            return
        }
        var session = Session(
            id: id, functions: functions, connections: connections, limits: configuration.pickleLimits, python: configuration.python)
        session.audit = auditLog.map { SessionAudit($0, session: id, peer: peer) }
        exchange = Exchange(session)
        handshakeTimer = context.eventLoop.scheduleTask(in: TimeAmount(configuration.handshakeTimeout)) {
            bound.value.handshakeHasTimedOut()
        }
        context.channel.rearmQuickAcknowledgement()
        beginAuthentication()
    }

    /// The keys are read when the connection is known, so that it is told of all that replaces them.
    private func beginAuthentication() {
        let offered = access.current
        var authentication = Authentication(serverKeys: offered.keys, allowsMD5: configuration.allowsMD5)
        offeredAccess = offered
        if let challenge = authentication.start() { exchange?.output.bytes.writeFrame(challenge) }
        phase = .authenticating(authentication)
        flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        handshakeTimer?.cancel()
        silenceTimer?.cancel()
        replyTimer?.cancel()
        phase = .closed
        self.context = nil
        if var exchange {
            connections.remove(exchange.session.id, from: networkAddress)
            exchange.end()
        }
        exchange = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is TLSError { noteRefusal(error) } else { logger.debug("connection failed", metadata: ["error": "\(error)"]) }
        context.close(promise: nil)
    }

    private func handshakeHasTimedOut() {
        logger.debug("a peer did not authenticate in time")
        context?.close(promise: nil)
    }

    private func beginReplyTimer(_ context: ChannelHandlerContext) {
        guard replyTimer == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        replyTimer = context.eventLoop.scheduleTask(in: TimeAmount(configuration.replyTimeout)) {
            bound.value.logger.notice("a connection was closed: its peer does not take its replies", metadata: ["peer": "\(bound.value.peer)"])
            bound.value.close()
        }
    }

    private func noteRefusal(_ error: any Error) {
        logger.info("a peer was refused", metadata: ["peer": "\(peer)", "reason": "\(error)"])
        exchange?.session.audit?.refused("\(error)")
    }

    private var peer: String { context?.channel.peerName ?? "unknown" }

    /// Ends the connection.
    func close() {
        context?.close(promise: nil)
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        silence.end()
        input.append(unwrapInboundIn(data))
        process()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .serving = phase {} else { context.channel.rearmQuickAcknowledgement() }
        flush()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            replyTimer?.cancel()
            replyTimer = nil
            goOn()
        } else {
            beginReplyTimer(context)
        }
        context.fireChannelWritabilityChanged()
    }

    /// Reads no more from a peer that has sent enough while it may not be served, or that does not take its replies.
    func read(context: ChannelHandlerContext) {
        if mayRead(context) { context.read() } else { readIsHeldBack = true }
    }

    private func mayRead(_ context: ChannelHandlerContext) -> Bool {
        context.channel.isWritable && (mayServe || input.count < configuration.maximumReadAhead)
    }

    /// Goes on after a pause.
    private func goOn() {
        process()
        flush()
        guard readIsHeldBack, let context, mayRead(context) else { return }
        readIsHeldBack = false
        context.read()
    }

    /// Serves the frames that are there, as long as the connection is able to go on.
    private func process() {
        let now = Timestamp.now
        // Each use of a stored buffer would be checked for being the only one; and who comes here from a flush finds nothing to serve twice.
        var pending = input
        input = FrameInput()
        if pending.isGathering, functions.memory.isFull(at: now) {
            pending.abandonLargeFrame()
            // There may be room for the others now.
            functions.memory.lookAgain()
        }
        do throws(FrameError) {
            while try serve(&pending, now: now) {}
        } catch {
            logger.debug("a peer sent a message that is too long", metadata: ["error": "\(error)"])
            closeAfterFlush()
        }
        if !pending.isEmpty { input = pending }
    }

    private var mayServe: Bool { exchange?.mayServe ?? true }

    private var outputCount: Int { exchange?.output.count ?? 0 }

    /// Serves what has come.
    ///
    /// - Returns: whether there may be more to serve now: replies do not pile up.
    private func serve(_ pending: inout FrameInput, now: Timestamp) throws(FrameError) -> Bool {
        switch phase {
        case .connecting, .closing, .closed: return false
        // What follows a message depends on it.
        case .authenticating(let authentication): return try pending.serve(decoder) { authenticate(authentication, $0.bytes) } != nil
        case .opening: return try pending.serve(decoder) { open($0, now: now) } != nil
        case .serving:
            switch try exchange?.serve(&pending, decoder, now: now) {
            case .waits(let call, let until): wait(for: call, until: until)
            case .heartbeat: exchangeHeartbeats()
            case .outputIsFull:
                flush()
                return context?.channel.isWritable ?? false
            case .ends: closeAfterFlush()
            case .mustWait, nil: return false
            }
            return true
        }
    }

    // MARK: Phases

    private func authenticate(_ authentication: Authentication, _ message: UnsafeRawBufferPointer) {
        var authentication = authentication
        do throws(AuthenticationError) {
            switch try authentication.receive(message) {
            case .send(let answer):
                exchange?.output.bytes.writeFrame(answer)
                phase = .authenticating(authentication)
            case .sendAndFinish(let answer):
                exchange?.output.bytes.writeFrame(answer)
                beginOpening(after: authentication)
            case .finished:
                beginOpening(after: authentication)
            }
        } catch {
            noteRefusal(error)
            if let reply = error.reply { exchange?.output.bytes.writeFrame(reply) }
            closeAfterFlush()
        }
    }

    private func beginOpening(after authentication: Authentication) {
        phase = .opening
        if let id = exchange?.session.id { connections.hasAuthenticated(id) }
        if let position = authentication.keyPosition, let offeredAccess {
            key = offeredAccess.keys[position]
            apply(offeredAccess.grant(ofKeyAt: position))
        }
        offeredAccess = nil
        exchange?.session.audit?.authenticated()
        exchange?.session.peer.isLegacy = authentication.peerIsLegacy
        decoder.maximumLength = configuration.maximumMessageLength
    }

    private func apply(_ grant: KeyGrant) {
        keyHolder = grant.name
        exchange?.session.audit?.holder = grant.name
        let access = SessionAccess(grant, functions.objects, exchange?.session.audit)
        exchange?.session.access = access
    }

    /// The keys, or what they allow, are others from now on. A peer goes on with what its holder may do now; one whose holder there is no more ends,
    /// and so does one that has not authenticated yet, since it may know a key that has been taken away.
    func accessHasChanged() -> AccessChange {
        let current = access.current
        guard let key, let keyHolder else {
            close()
            return .none
        }
        guard let grant = current.grant(named: keyHolder) else {
            close()
            return .ended
        }
        apply(grant)
        return current.isValid(key) ? .none : .staysWithFormerKey
    }

    private func open(_ frame: FrameBytes, now: Timestamp) {
        handshakeTimer?.cancel()
        handshakeTimer = nil
        // What CPython takes for the end.
        guard !frame.bytes.isEmpty else { return closeAfterFlush() }
        switch exchange?.open(frame, now: now) {
        case .session: phase = .serving
        case .multiplexed:
            exchange?.multiplex(configuration.maximumOutstandingCalls)
            phase = .serving
        case .oneShot, nil: closeAfterFlush()
        }
    }

    // MARK: Calls

    private func wait(for call: WaitingCall, until: Timestamp?) {
        guard let context else { return }
        if isEnding, !call.runs, exchange?.session.cancel(call) == true { return answer(call, Self.serverEnds) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let timer = until.map { moment in
            context.eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(clamping: moment.nanoseconds))) {
                bound.value.timeOut(call)
            }
        }
        exchange?.insert(call, timer: timer)
    }

    private func timeOut(_ call: WaitingCall) {
        guard exchange?[call.id.number] != nil, let reply = exchange?.session.timeOut(call) else { return }
        answer(call, reply)
    }

    /// Brings the answer to the call that waits for it.
    ///
    /// - Returns: `false` when the connection has gone or the call is not waiting any more.
    func resume(with answer: Answer) -> Bool {
        guard let call = exchange?[answer.call.number], context?.channel.isActive == true else { return false }
        self.answer(call, answer.reply)
        return true
    }

    private func answer(_ call: WaitingCall, _ reply: Reply) {
        guard outputCount <= configuration.maximumQueuedReplies else {
            logger.notice("a connection was closed: too many replies wait for its peer", metadata: ["peer": "\(peer)"])
            return close()
        }
        exchange?.answer(call, reply)
        goOn()
    }

    /// Answers all calls that wait, and those that would from now on: the server is about to end.
    func giveUpWaitingCalls() {
        isEnding = true
        for call in exchange?.parked ?? [] where exchange?.session.cancel(call) == true { answer(call, Self.serverEnds) }
    }

    private static let serverEnds = Reply.exception(.serverEnds)

    // MARK: Signs of life

    /// From a client's first heartbeat on, both sides show that they are there. The server does so by itself: what the client sends may be long on its way.
    private func exchangeHeartbeats() {
        guard silenceTimer == nil, let context, let interval = configuration.heartbeat.map({ TimeAmount($0) }) else { return }
        exchange?.beat()
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        silenceTimer = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in bound.value.lookForSilence() }
    }

    private func lookForSilence() {
        // What is not read cannot be heard.
        if readIsHeldBack { silence.end() }
        if silence.look() {
            logger.debug("a peer gave no sign of life any more")
            context?.close(promise: nil)
        } else {
            exchange?.beat()
            flush()
        }
    }

    // MARK: Writing

    /// Writes what there is, as far as the peer takes it.
    private func flush() {
        guard let context else { return }
        let channel = context.channel
        while channel.isWritable, let bytes = exchange?.output.next() { context.writeAndFlush(wrapOutboundOut(bytes), promise: nil) }
        if case .closing = phase, outputCount == 0 { closeWhenWritten(context) }
    }

    /// Ends the connection when the peer has got what there is for it.
    func closeAfterFlush() {
        phase = .closing
        flush()
    }

    private func closeWhenWritten(_ context: ChannelHandlerContext) {
        phase = .closed
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
}
