import ManagedObjects
import Pickle

/// What one authenticated peer has to do with the server, whatever carries its bytes: its requests, what it waits for, and
/// what it holds, which is given back when it ends.
struct Session {
    let id: SessionID
    private let functions: ServerFunctions
    private let connections: Connections
    private var reader: RequestReader
    /// Which Python the peer runs.
    var peer: PeerPython
    /// What the peer may do; `nil` for everything.
    var access: SessionAccess?
    /// Is told of what the peer does, when there is an audit log.
    var audit: SessionAudit?
    /// References that were taken by calls of this session itself.
    private var references: [String: Int] = [:]
    /// The objects of which the session may hold something.
    private var holdings: [ObjectIdentifier: HostedObject] = [:]
    /// Whether a reference that comes with a returned proxy is this session's: its peer takes it over as it is.
    private var takesOverProxies = false

    /// What comes of a request.
    enum Step {
        case answered(PickledReply)
        /// The call waits until it is answered, or until the time has come. (What is large stands elsewhere, so that steps are small.)
        indirect case waits(WaitingCall, until: Timestamp?)
    }

    init(
        id: SessionID, functions: ServerFunctions, connections: Connections, limits: PickleLimits, python: PythonVersion?
    ) {
        self.id = id
        peer = PeerPython(fixed: python)
        self.functions = functions
        self.connections = connections
        reader = RequestReader(limits: limits, objects: functions.objects)
    }

    /// Answers one request.
    ///
    /// - Parameters:
    ///   - request: the request's pickle.
    ///   - number: the call's name in the session, unlike that of any before.
    ///   - now: the time.
    mutating func serve(_ request: FrameBytes, as number: UInt64, now: Timestamp) -> Step {
        if request.isAbandoned { return .answered(.raising(functions.memory.error, at: reader.peerProtocol)) }
        do throws(PickleError) {
            switch try reader.read(request) {
            case .method(let target, let arguments, let mayHoldProxies):
                return call(target, arguments, mayHoldProxies, as: CallID(session: id, number: number), now: now)
            case .name(let target, let arguments, let mayHoldProxies):
                guard let identifier = target.identifier else { return .answered(callServer(target.method, arguments, mayHoldProxies, now: now)) }
                return .answered(fallback(target.method, of: identifier, arguments, mayHoldProxies))
            }
        } catch {
            return .answered(.traceback(error.pythonException, at: reader.peerProtocol))
        }
    }

    private mutating func call(
        _ target: TargetMethod, _ arguments: consuming Arguments, _ mayHoldProxies: Bool, as call: CallID, now: Timestamp
    ) -> Step {
        let version = reader.peerProtocol
        guard let object = target.object else { return .answered(.traceback(.keyError(.string(target.identifier)), at: version)) }
        if mayHoldProxies { arguments = functions.objects.claim(arguments, for: target.identifier) }
        arguments.python = peer.version(at: version)
        arguments.sessionIsShared = takesOverProxies
        if let refusal = refusal(of: target.method.name, arguments, target.identifier) { return .answered(.raising(refusal, at: version)) }
        if target.method.stores, functions.memory.isFull(at: now) { return .answered(.raising(functions.memory.error, at: version)) }
        var effects = Effects(at: now)
        let outcome = target.call(object, arguments, id: call, now: now, effects: &effects)
        if !effects.isEmpty { connections.deliver(effects, from: object) }
        if target.method.holds { note(object, after: outcome) }
        switch outcome {
        case .reply(let reply):
            return .answered(pickled(reply, at: version))
        case .waits(let until):
            return .waits(WaitingCall(id: call, object: object, version: version), until: until)
        case .runs(let running):
            connections.callRuns()
            running.start(WorkThreads.shared) { [connections] in
                connections.deliver($0, from: object)
                connections.callHasRun()
            }
            return .waits(WaitingCall(id: call, object: object, version: version, runs: true), until: nil)
        }
    }

    /// Answers `__str__`, `__repr__`, `#GETVALUE`, or with the error that there is no such method.
    private mutating func fallback(
        _ method: String, of identifier: String, _ arguments: consuming Arguments, _ mayHoldProxies: Bool
    ) -> PickledReply {
        let version = reader.peerProtocol
        guard let object = functions.objects.object(identifier) else { return .traceback(.keyError(.string(identifier)), at: version) }
        if mayHoldProxies { arguments = functions.objects.claim(arguments, for: identifier) }
        arguments.python = python
        if let refusal = refusal(of: method, arguments, identifier) { return .raising(refusal, at: version) }
        guard let reply = object.fallback(method, python: python, address: "0x\(identifier)") else {
            return .traceback(.keyError(.string(method)), at: version)
        }
        return pickled(reply, at: version)
    }

    /// What a call is answered with that the peer may not make; `nil` for one that it may, of which the audit log is told.
    private mutating func refusal(of method: String, _ arguments: Arguments, _ identifier: String) -> PythonException? {
        do throws(PythonException) {
            try access?.checkCall(method, of: identifier, arguments.python)
            try access?.checkReferences(of: arguments, arguments.python)
        } catch {
            return error
        }
        audit?.called(method, of: identifier, name: functions.objects.name(of: identifier) ?? "")
        return nil
    }

    /// Keeps in mind what the session holds or may soon hold. Of a session that carries many calls all is kept: another of its calls may hold it.
    private mutating func note(_ object: HostedObject, after outcome: Outcome) {
        var isHeld = true
        if case .reply = outcome, !takesOverProxies { isHeld = object.isHeld(by: id) }
        holdings[ObjectIdentifier(object)] = isHeld ? object : nil
    }
}

// MARK: - The server itself

extension Session {
    /// What the first request of a connection asks for.
    enum Opening {
        /// A session was opened: more requests follow.
        case session
        /// A session was opened that carries many calls at once.
        case multiplexed
        /// One function was called, and the connection ends.
        case oneShot
    }

    /// Answers the first request of a connection, which names a function of the server.
    mutating func open(_ frame: FrameBytes, now: Timestamp) -> (Opening, PickledReply) {
        if frame.isAbandoned { return (.oneShot, .traceback(functions.memory.error, at: reader.peerProtocol)) }
        do throws(PickleError) {
            let request = try reader.read(frame)
            return open(request, now: now)
        } catch {
            return (.oneShot, .traceback(error.pythonException, at: reader.peerProtocol))
        }
    }

    private mutating func open(_ request: Request, now: Timestamp) -> (Opening, PickledReply) {
        let version = reader.peerProtocol
        switch request.method {
        case "accept_connection": return (.session, .value(.none))
        case "accept_multiplexed":
            takesOverProxies = true
            return (.multiplexed, .value(functions.info(at: version)))
        default: return (.oneShot, callServer(request.method, request.arguments, request.mayHoldProxies, now: now, keepingReferences: false))
        }
    }

    private mutating func callServer(
        _ function: String, _ arguments: consuming Arguments, _ mayHoldProxies: Bool, now: Timestamp, keepingReferences: Bool = true
    ) -> PickledReply {
        let version = reader.peerProtocol
        arguments.python = python
        do throws(PythonException) {
            let result = try functions.call(function, arguments, mayHoldProxies, at: version, now: now, by: access)
            if keepingReferences { note(result.references) }
            audit(function, result.references?.identifier)
            return .value(result.reply)
        } catch {
            return .traceback(error, at: version)
        }
    }

    private func audit(_ function: String, _ identifier: String?) {
        guard let audit else { return }
        if function == "create", let identifier { audit.created(identifier, name: functions.objects.name(of: identifier) ?? "") }
        if Permissions.administration.contains(function) { audit.administered(function) }
    }

    private mutating func note(_ change: (identifier: String, change: Int)?) {
        guard let change else { return }
        let count = references[change.identifier, default: 0] + change.change
        references[change.identifier] = count == 0 ? nil : count
    }
}

// MARK: - Replies

extension Session {
    /// A reply, pickled for the peer. A new object that it speaks of belongs to whoever reads it.
    mutating func pickled(_ reply: Reply, at version: PickleProtocol) -> PickledReply {
        switch reply {
        case .value(let value):
            guard let owner = value.owner else { return .value(value) }
            // What the proxies refer to might be what the peer may not have.
            guard access == nil else { return .value(value) }
            let delivered = functions.objects.delivered(value, to: peer.version(at: reader.peerProtocol))
            return .value(delivered.owned(by: owner))
        case .text(let text): return .value(Fragment(text: text, at: version))
        case .exception(let exception): return .raising(exception, at: version)
        case .unserializable(let exception): return .unserializable(Fragment(text: exception.traceback, at: version))
        case .proxy(let typeID, let object):
            do throws(PythonException) {
                let result = try functions.proxy(typeID: typeID, object: object, at: version)
                if takesOverProxies { note(result.references) }
                return .proxy(result.reply)
            } catch {
                return .raising(error, at: version)
            }
        }
    }
}

// MARK: - Time, and the end

extension Session {
    /// The time of a waiting call has come.
    ///
    /// - Returns: its answer; `nil` when it goes on waiting.
    func timeOut(_ call: WaitingCall) -> Reply? {
        var reply: Reply?
        connections.affect(call.object) { reply = $0.timeOut(call.id, effects: &$1) }
        return reply
    }

    /// Gives a waiting call up.
    ///
    /// - Returns: `false` when its answer has been given already, and is on its way.
    func cancel(_ call: WaitingCall) -> Bool {
        var waited = false
        connections.affect(call.object) { waited = $0.cancel(call.id, effects: &$1) }
        return waited
    }

    /// Gives back what the session waits for and holds.
    mutating func end(waiting: [WaitingCall]) {
        // At the server's end nobody gets what this session held: peers whose connections are closed a moment later find it as it was.
        guard connections.phase == .open else { return }
        for call in waiting { _ = cancel(call) }
        for object in holdings.values { connections.affect(object) { $0.end(id, effects: &$1) } }
        for (identifier, count) in references where count > 0 {
            for _ in 0..<count { try? functions.objects.dropReference(identifier) }
        }
        holdings = [:]
        references = [:]
    }
}

extension Session {
    /// Whose texts and errors the peer gets.
    private var python: PythonVersion { peer.version(at: peerProtocol) }

    /// The protocol at which the peer is answered.
    var peerProtocol: PickleProtocol { reader.peerProtocol }
}
