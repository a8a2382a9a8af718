import Crypto
import Glibc
import ManagedObjects
import ManagerConnection
import ManagerServer
import Logging
import Pickle

/// Runs the body with a server on a free port of this machine.
func withServer(
    authkey: AuthenticationKey = "abc", logger: Logger = Logger(label: "test"), configure: (inout ServerConfiguration) -> Void = { _ in },
    register: (inout Registry) -> Void = { _ in }, _ body: (ManagerServer) async throws -> Void
) async throws {
    var configuration = ServerConfiguration(address: .tcp("127.0.0.1", 0), authkey: authkey)
    configure(&configuration)
    var registry = Registry.standard
    for name in ["get_task", "get_result"] { registry.register(name, shared: ManagedQueue()) }
    register(&registry)
    let server = try await ManagerServer(registry, configuration: configuration, logger: logger)
    do {
        try await body(server)
        await server.shutdown()
    } catch {
        await server.shutdown()
        throw error
    }
}

extension ManagerServer {
    var port: Int {
        if case .tcp(_, let port) = address { port } else { 0 }
    }
}

/// A peer that sends what it likes: a blocking socket, with a limit to every wait.
final class RawPeer {
    private let descriptor: Int32
    /// All that was sent.
    private(set) var sent: [UInt8] = []

    struct Closed: Error {}

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard result == 0 else { throw Closed() }
    }

    deinit {
        // At once, even while a process that another test is just starting has the descriptor, too.
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    func send(_ bytes: [UInt8]) {
        sent += bytes
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Sends all frames at once.
    func sendFrame(_ payloads: [UInt8]...) {
        send(payloads.flatMap { payload in withUnsafeBytes(of: UInt32(payload.count).bigEndian) { Array($0) } + payload })
    }

    /// - Throws: ``Closed`` when the server has closed the connection, or nothing came for ten seconds.
    func receive(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = recv(descriptor, &bytes, count, Int32(MSG_WAITALL))
        guard received == count else { throw Closed() }
        return bytes
    }

    func receiveFrame() throws -> [UInt8] {
        try receive(receive(4).reduce(0) { $0 << 8 | Int($1) })
    }

    /// Whether there is something to be read, or the end, within that time.
    func hasSomething(within duration: Duration) -> Bool {
        var descriptors = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        return poll(&descriptors, 1, Int32(duration / .milliseconds(1))) > 0
    }

    /// Whether the server closes the connection without another byte.
    func isClosedByServer() -> Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, 0) == 0
    }

    /// The handshake, as a client.
    func authenticate(_ key: AuthenticationKey = "abc") throws {
        var authentication = Authentication(role: .client, key: key)
        _ = authentication.start()
        while true {
            switch try authentication.receive(receiveFrame()) {
            case .send(let message): sendFrame(message)
            case .sendAndFinish(let message):
                sendFrame(message)
                return
            case .finished: return
            }
        }
    }

    /// How a challenge is answered: as Python 3.12 and later do, or as earlier ones do, or by HMAC-MD5 with its name.
    enum Answer: Sendable, CaseIterable { case sha256, md5, namedMD5 }

    /// The first step of the handshake alone, with the key `abc`.
    func answerChallenge(with answer: Answer) throws {
        let challenge = try receiveFrame().dropFirst("#CHALLENGE#".utf8.count)
        let key = SymmetricKey(data: Array("abc".utf8))
        switch answer {
        case .sha256: sendFrame(Array("{sha256}".utf8) + HMAC<SHA256>.authenticationCode(for: challenge, using: key))
        case .md5: sendFrame(Array(HMAC<Insecure.MD5>.authenticationCode(for: challenge, using: key)))
        case .namedMD5: sendFrame(Array("{md5}".utf8) + HMAC<Insecure.MD5>.authenticationCode(for: challenge, using: key))
        }
    }

    /// Sends a request and reads its reply: the kind and the result.
    func request(
        _ identifier: String?, _ method: String, _ arguments: PickleValue..., at version: PickleProtocol = .v4
    ) throws -> (kind: String, result: PickleValue) {
        try request(identifier, method, arguments, at: version)
    }

    func request(
        _ identifier: String?, _ method: String, _ arguments: [PickleValue], at version: PickleProtocol = .v4
    ) throws -> (kind: String, result: PickleValue) {
        let request: PickleValue = .tuple([
            identifier.map(PickleValue.string) ?? .none, .string(method), .tuple(PickleElements(arguments)), .dictionary([:]),
        ])
        sendFrame(try Pickler(version).dump(request))
        return try reply()
    }

    func reply() throws -> (kind: String, result: PickleValue) {
        guard case .tuple(let parts) = try Unpickler().load(receiveFrame()) else { throw Closed() }
        // A peer whose protocol is not known is answered as Python 2 is, with its `str`.
        return (try parts[0].pythonStr(), parts[1])
    }

    /// A session, authenticated and open.
    static func session(_ server: ManagerServer, key: AuthenticationKey = "abc") throws -> RawPeer {
        let peer = try RawPeer(port: server.port)
        try peer.authenticate(key)
        _ = try peer.request(nil, "accept_connection", "test")
        return peer
    }

    /// A function of the server, on a connection of its own.
    static func call(
        _ server: ManagerServer, _ function: String, _ arguments: PickleValue..., key: AuthenticationKey = "abc"
    ) throws -> (kind: String, result: PickleValue) {
        let peer = try RawPeer(port: server.port)
        try peer.authenticate(key)
        let request: PickleValue = .tuple([.none, .string(function), .tuple(PickleElements(arguments)), .dictionary([:])])
        peer.sendFrame(try Pickler(.v4).dump(request))
        return try peer.reply()
    }

    /// Makes an object.
    static func create(_ server: ManagerServer, _ typeID: String) throws -> String {
        guard case .tuple(let created) = try call(server, "create", .string(typeID)).result, case .string(let identifier) = created[0] else {
            throw Closed()
        }
        return identifier
    }
}
