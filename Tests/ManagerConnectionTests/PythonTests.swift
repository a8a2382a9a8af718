import ManagerConnection
import NIOCore
import NIOPosix
import TestSupport
import Testing

/// Reads an address of Python from `host port`, or a path, in which `@` stands for the NUL of an abstract name.
private let addressFunction = """
    import sys
    from multiprocessing import AuthenticationError
    from multiprocessing.connection import Client, Listener
    def address(text):
        if ' ' in text:
            return (text.split()[0], int(text.split()[1])), 'AF_INET'
        return text.replace('@', '\\0'), 'AF_UNIX'
    def say(text):
        print(text)
        sys.stdout.flush()

    """

/// For each key and each address: connects, sends a message and prints what comes back.
private let clientScript =
    addressFunction + """
        for key in (b'right', b'wrong'):
            for place, family in map(address, sys.argv[1:]):
                try:
                    connection = Client(place, family, authkey=key)
                except AuthenticationError as error:
                    say(error)
                    continue
                connection.send_bytes(b'hello')
                say(connection.recv_bytes().decode())
                connection.close()
        """

/// Listens on each address and prints it; then, twice for each, reads a message and sends it back in reverse.
private let serverScript =
    addressFunction + """
        listeners = [Listener(place, family, authkey=b'right') for place, family in map(address, sys.argv[1:])]
        for listener in listeners:
            say(listener.address[1] if type(listener.address) is tuple else listener.address)
        for listener in listeners * 2:
            try:
                connection = listener.accept()
            except AuthenticationError as error:
                say(error)
                continue
            connection.send_bytes(connection.recv_bytes()[::-1])
            connection.close()
            say('served')
        """

/// Connects and makes a request until that takes less than 30 ms, a hundred times at most; prints the fastest.
///
/// A delayed acknowledgement takes 40 ms each time, a busy machine only now and then.
private let stopwatchScript =
    addressFunction + """
        import time
        def once(place, family):
            start = time.time()
            connection = Client(place, family, authkey=b'right')
            connection.send_bytes(b'hello')
            connection.recv_bytes()
            return 1000 * (time.time() - start)
        fastest = 1000
        for _ in range(100):
            fastest = min(fastest, once(*address(sys.argv[1])))
            if fastest < 30:
                break
        say(fastest)
        """

@Suite(.timeLimit(.minutes(3))) struct PythonTests {
    private let group = MultiThreadedEventLoopGroup.singleton

    @Test func `there is a Python to test against`() {
        #expect(!PythonInterpreter.all.isEmpty)
    }

    @Test(arguments: PythonInterpreter.all)
    func `a Python client is served if it has the key, and refused if not`(python: PythonInterpreter) async throws {
        let directory = try TemporaryDirectory()
        let places: [ManagerAddress] = [.unix(directory.path("s")), .tcp("127.0.0.1", 0), .abstract(name: uniqueName())]
        var servers = [TestServer]()
        for place in places { servers.append(try await .listen(on: place, key: "right", group: group)) }
        let program = try python.start(clientScript, servers.map { argument(for: $0.address) })
        defer { program.end() }
        for _ in servers { #expect(await program.nextLine() == "olleh") }
        for _ in servers { #expect(await program.nextLine() == "digest sent was rejected") }
        for server in servers {
            #expect(try await next(server.results) == Array("hello".utf8))
            let refusal = await #expect(throws: AuthenticationError.self) { try await next(server.results) }
            #expect(refusal?.reason == .digestReceivedWasWrong)
            try await server.channel.close()
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `a Python server serves who has the key, and refuses who has not`(python: PythonInterpreter) async throws {
        let directory = try TemporaryDirectory()
        let program = try python.start(serverScript, [directory.path("s"), "127.0.0.1 0"])
        defer { program.end() }
        let path = try #require(await program.nextLine())
        let port = try #require(await program.nextLine().flatMap { Int($0) })
        for address in [ManagerAddress.unix(path), .tcp("localhost", port)] {
            let reply = try await exchange(Array("hello".utf8), with: address, key: "right", group: group)
            #expect(reply == Array("olleh".utf8))
            #expect(await program.nextLine() == "served")
        }
        for address in [ManagerAddress.unix(path), .tcp("localhost", port)] {
            let refusal = await #expect(throws: AuthenticationError.self) {
                try await exchange([1], with: address, key: "wrong", group: group)
            }
            #expect(refusal?.reason == .digestSentWasRejected)
            #expect(await program.nextLine() == "digest received was wrong")
        }
    }

    @Test(arguments: PythonInterpreter.all.suffix(1))
    func `a Python client's first request over TCP does not wait for a delayed acknowledgement`(python: PythonInterpreter) async throws {
        let server = try await TestServer.listen(on: .tcp("127.0.0.1", 0), key: "right", group: group)
        let program = try python.start(stopwatchScript, [argument(for: server.address)])
        defer { program.end() }
        let milliseconds = try #require(await program.nextLine().flatMap { Double($0) })
        #expect(milliseconds < 30)
        try await server.channel.close()
    }

    private func next(_ results: AsyncStream<Result<[UInt8], any Error>>) async throws -> [UInt8]? {
        var iterator = results.makeAsyncIterator()
        return try await iterator.next()?.get()
    }

    private func argument(for address: ManagerAddress) -> String {
        switch address {
        case .tcp(let host, let port): "\(host) \(port)"
        case .unix(let path): path
        case .abstract(let name): "@\(name)"
        }
    }
}
