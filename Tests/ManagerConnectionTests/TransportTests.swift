import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import ManagerConnection

private let group = MultiThreadedEventLoopGroup.singleton

private func listen(on address: ManagerAddress) async throws -> TestServer {
    try await .listen(on: address, key: "key", group: group)
}

/// Listens at an address whose listener has just closed. A process that other tests start holds all sockets of this one
/// until it runs its program, so the address may be in use for a moment more; but not for TCP's minute.
private func listenAgain(on address: ManagerAddress) async throws -> TestServer {
    let deadline = ContinuousClock.now + .seconds(20)
    while true {
        do {
            return try await listen(on: address)
        } catch let error as TransportError where error.reason == .addressInUse && ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

private func connect(to address: ManagerAddress, timeout: Duration = .seconds(10)) async throws(TransportError) -> any Channel {
    try await ManagerTransport.connect(to: address, group: group, timeout: timeout) { $0.eventLoop.makeSucceededVoidFuture() }
}

private func isServed(at address: ManagerAddress) async throws -> Bool {
    try await exchange([1, 2, 3], with: address, key: "key", group: group) == [3, 2, 1]
}

private func reason(_ body: () async throws -> some Any) async -> TransportError.Reason? {
    await #expect(throws: TransportError.self) { _ = try await body() }?.reason
}

@Suite(.timeLimit(.minutes(3))) struct TransportTests {
    @Test(arguments: ["127.0.0.1", "localhost", "", "0.0.0.0"])
    func `port 0 becomes a free port, the host stays as it was given`(host: String) async throws {
        let server = try await listen(on: .tcp(host, 0))
        guard case .tcp(host, let port) = server.address else { return #expect(Bool(false), "\(server.address)") }
        #expect(port > 0)
        #expect(try await isServed(at: server.address))
        #expect(try await isServed(at: .tcp("127.0.0.1", port)))
        try await server.channel.close()
    }

    @Test func `a TCP address that is in use is an error`() async throws {
        let server = try await listen(on: .tcp("127.0.0.1", 0))
        let error = await #expect(throws: TransportError.self) { try await listen(on: server.address) }
        #expect(error == TransportError(.addressInUse, server.address))
        try await server.channel.close()
    }

    @Test func `a port can be listened on again without waiting for TCP's minute`() async throws {
        let server = try await listen(on: .tcp("127.0.0.1", 0))
        #expect(try await isServed(at: server.address))
        try await server.channel.close()
        let next = try await listenAgain(on: server.address)
        #expect(try await isServed(at: server.address))
        try await next.channel.close()
    }

    @Test func `TCP connections do not delay what is written, at either end`() async throws {
        let accepted = group.next().makePromise(of: (any Channel).self)
        let (server, address) = try await ManagerTransport.listen(on: .tcp("127.0.0.1", 0), group: group) { child in
            accepted.succeed(child)
            return child.eventLoop.makeSucceededVoidFuture()
        }
        let client = try await connect(to: address)
        for channel in [client, try await accepted.futureResult.get()] {
            #expect(try await channel.getOption(.tcpOption(.tcp_nodelay)).get() == 1)
        }
        try await client.close()
        try await server.close()
    }

    @Test func `quick acknowledgement is armed again on TCP, and left alone elsewhere`() async throws {
        let quick = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: 12))
        // A server that sends nothing: what arrives may arm it too.
        let (server, address) = try await ManagerTransport.listen(on: .tcp("127.0.0.1", 0), group: group) {
            $0.eventLoop.makeSucceededVoidFuture()
        }
        let tcp = try await connect(to: address)
        try await tcp.setOption(quick, value: 0).get()
        #expect(try await tcp.getOption(quick).get() == 0)
        try await tcp.eventLoop.submit { tcp.rearmQuickAcknowledgement() }.get()
        #expect(try await tcp.getOption(quick).get() == 1)
        try await tcp.close()
        try await tcp.eventLoop.submit { tcp.rearmQuickAcknowledgement() }.get()
        try await server.close()
    }

    @Test func `a socket file is its owner's alone, and is removed when the listener closes`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("s")
        let server = try await listen(on: .unix(path))
        #expect(server.address == .unix(path))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try await isServed(at: .unix(path)))
        try await server.channel.close()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `a socket file that a dead server left behind is replaced`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("s")
        try leaveSocketFile(at: path)
        #expect(await reason { try await connect(to: .unix(path)) } == .connectionRefused)
        let server = try await listen(on: .unix(path))
        #expect(try await isServed(at: .unix(path)))
        try await server.channel.close()
    }

    @Test func `of those that listen at one moment at an abandoned file one gets it, and it is served there`() throws {
        let directory = try TemporaryDirectory()
        for round in 0..<300 {
            let path = directory.path("\(round)")
            try leaveSocketFile(at: path)
            let address = try #require(SystemAddress(unixPath: path))
            let outcomes = Mutex<(listening: [CInt], failures: [CInt])>(([], []))
            DispatchQueue.concurrentPerform(iterations: 4) { _ in
                do throws(SystemError) {
                    let descriptor = try ListeningSocket(at: address, path: path, backlog: 16).release()
                    outcomes.withLock { $0.listening.append(descriptor) }
                } catch {
                    outcomes.withLock { $0.failures.append(error.code) }
                }
            }
            let (listening, failures) = outcomes.withLock { $0 }
            #expect(listening.count == 1 && failures == [EADDRINUSE, EADDRINUSE, EADDRINUSE])
            try SystemSocket(family: AF_UNIX).connect(to: address)
            for descriptor in listening { close(descriptor) }
        }
    }

    @Test func `a folder that somebody keeps locked is waited for, and then the address is in use`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("s")
        let turn = try FolderLock.acquire(ofFileAt: path)
        #expect(await reason { try await listen(on: .unix(path)) } == .addressInUse)
        FolderLock.release(turn)
        let server = try await listen(on: .unix(path))
        #expect(try await isServed(at: .unix(path)))
        try await server.channel.close()
    }

    @Test func `a socket file at which a server listens is in use, and goes on working`() async throws {
        let directory = try TemporaryDirectory()
        let address = ManagerAddress.unix(directory.path("s"))
        let server = try await listen(on: address)
        #expect(await reason { try await listen(on: address) } == .addressInUse)
        #expect(try await isServed(at: address))
        try await server.channel.close()
    }

    @Test func `a socket file that another server has put in place is not removed`() async throws {
        let directory = try TemporaryDirectory()
        let address = ManagerAddress.unix(directory.path("s"))
        let first = try await listen(on: address)
        try FileManager.default.removeItem(atPath: directory.path("s"))
        let second = try await listen(on: address)
        try await first.channel.close()
        #expect(try await isServed(at: address))
        try await second.channel.close()
    }

    @Test func `a file of another kind is neither replaced nor connected to`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("s")
        try Data("kept".utf8).write(to: URL(fileURLWithPath: path))
        #expect(await reason { try await listen(on: .unix(path)) } == .notASocket)
        #expect(await reason { try await connect(to: .unix(path)) } == .notASocket)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "kept")
    }

    @Test func `an abstract name serves, is in use, and is free once closed`() async throws {
        let address = ManagerAddress.abstract(name: uniqueName())
        #expect(await reason { try await connect(to: address) } == .connectionRefused)
        let server = try await listen(on: address)
        #expect(server.address == address)
        #expect(try await isServed(at: address))
        #expect(await reason { try await listen(on: address) } == .addressInUse)
        try await server.channel.close()
        try await listenAgain(on: address).channel.close()
    }

    @Test func `the longest path and name are 107 bytes`() async throws {
        let name = uniqueName()
        let longest = name + String(repeating: "x", count: 107 - name.utf8.count)
        let server = try await listen(on: .abstract(name: longest))
        #expect(try await isServed(at: server.address))
        try await server.channel.close()
        for address in [ManagerAddress.abstract(name: longest + "x"), .unix("/tmp/" + longest)] {
            #expect(await reason { try await listen(on: address) } == .pathTooLong(maximum: 107))
            #expect(await reason { try await connect(to: address) } == .pathTooLong(maximum: 107))
        }
    }

    @Test func `a path that is empty, has a NUL, or leads nowhere names no file`() async throws {
        for address in [ManagerAddress.unix(""), .unix("/tmp/a\0b"), .unix("/tmp/\(uniqueName())/s")] {
            #expect(await reason { try await listen(on: address) } == .noSuchFile)
            #expect(await reason { try await connect(to: address) } == .noSuchFile)
        }
    }

    @Test func `a TCP port at which nobody listens refuses`() async throws {
        let address = ManagerAddress.tcp("127.0.0.1", 1)
        let error = await #expect(throws: TransportError.self) { try await connect(to: address) }
        #expect(error == TransportError(.connectionRefused, address))
        #expect(error?.description.contains("nobody listens at 127.0.0.1:1") == true)
    }

    @Test(arguments: [-1, 65536, Int.max])
    func `a port out of range is an error`(port: Int) async throws {
        #expect(await reason { try await listen(on: .tcp("", port)) } == .invalidPort)
        #expect(await reason { try await connect(to: .tcp("", port)) } == .invalidPort)
    }

    @Test func `a host that does not exist, or is not this machine, is an error`() async throws {
        let unknown = ManagerAddress.tcp("no host has a name with spaces", 1)
        #expect(await reason { try await listen(on: unknown) } == .unknownHost)
        #expect(await reason { try await connect(to: unknown) } == .unknownHost)
        #expect(await reason { try await listen(on: .tcp("192.0.2.1", 0)) } == .addressNotAvailable)
    }

    @Test func `connecting to a server that accepts nobody ends in time, or when the task is cancelled`() async throws {
        for address in [ManagerAddress.abstract(name: uniqueName()), .tcp("127.0.0.1", 0)] {
            let full = try await FullListener(on: address)
            #expect(await reason { try await connect(to: full.address, timeout: .milliseconds(20)) } == .timedOut)
            let connecting = Task { try await connect(to: full.address, timeout: .seconds(60)) }
            connecting.cancel()
            #expect(await reason { try await connecting.value } == .cancelled)
            await full.close()
        }
    }

    @Test func `every failure says which address and what to do`() {
        let address = ManagerAddress.tcp("host", 1)
        for code in [EACCES, EADDRINUSE, EADDRNOTAVAIL, ECONNREFUSED, ENOENT, ETIMEDOUT, EMFILE, EHOSTUNREACH, EIO] {
            let text = TransportError(code: code, address).description
            #expect(text.contains("host:1"))
            #expect(!text.contains("errno") && !text.contains("\(code)"))
        }
        #expect(TransportError(code: EACCES, address).reason == .permissionDenied)
    }

    /// Binds a socket file and closes the socket, as a server does that is killed.
    private func leaveSocketFile(at path: String) throws {
        let socket = try SystemSocket(family: AF_UNIX)
        try socket.bind(to: #require(SystemAddress(unixPath: path)))
    }
}

/// A socket that listens and accepts nobody, with a full backlog.
private struct FullListener {
    let address: ManagerAddress
    private let descriptor: CInt
    private var waiting: [any Channel] = []

    init(on address: ManagerAddress) async throws {
        let resolver = AddressResolver(address: address, isPassive: true)
        let first = try await resolver.addresses(on: group.any(), until: .now() + .seconds(10))[0]
        descriptor = try ListeningSocket(at: first, backlog: 0).release()
        self.address = try Self.bound(address, descriptor)
        while let channel = try? await connect(to: self.address, timeout: .milliseconds(50)) { waiting.append(channel) }
    }

    func close() async {
        for channel in waiting { try? await channel.close() }
        _ = Glibc.close(descriptor)
    }

    private static func bound(_ address: ManagerAddress, _ descriptor: CInt) throws -> ManagerAddress {
        guard case .tcp(let host, _) = address else { return address }
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutableBytes(of: &name) {
            getsockname(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress!, &length)
        }
        try #require(result == 0)
        return .tcp(host, Int(UInt16(bigEndian: name.sin_port)))
    }
}
