import Foundation
import ManagerServer
import Multiprocessing
import TestSupport
import Testing

/// Swift clients and servers that speak TLS, and those that do not come to it.
@Suite(.timeLimit(.minutes(2)), .enabled(if: TestCertificates.areAvailable)) struct TLSTests {
    /// Runs the body with a server whose certificate is `server`.
    private func withTLSServer(
        _ certificates: TestCertificates, clientAuthority: String? = nil, _ body: (ManagerServer, Int) async throws -> Void
    ) async throws {
        let tls = ServerTLS(
            certificateFile: certificates.file("server.pem"), keyFile: certificates.file("server.key"),
            clientAuthorityFile: clientAuthority.map(certificates.file))
        try await withSwiftServer(configure: { $0.tls = tls }, connecting: false) { server, _ in
            guard case .tcp(_, let port) = server.address else { return }
            try await body(server, port)
        }
    }

    private func manager(_ host: String, _ port: Int, _ tls: ClientTLS?) -> Manager {
        Manager(address: .tcp(host, port), authkey: "abc", configuration: ManagerConfiguration(tls: tls))
    }

    /// The error that connecting ends with.
    private func failure(_ host: String, _ port: Int, _ tls: ClientTLS?) async -> ManagerError? {
        await #expect(throws: ManagerError.self) { try await manager(host, port, tls).connect() }
    }

    @Test(arguments: ["localhost", "127.0.0.1", ""])
    func `A client that trusts the server's authority is served`(_ host: String) async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("server")
        try await withTLSServer(certificates) { _, port in
            let manager = manager(host, port, ClientTLS(authorityFile: certificates.file("ca.pem")))
            try await manager.connect()
            let list = try await manager.list(0..<1_000)
            let text = String(repeating: "x", count: 1 << 20)
            let dictionary: DictionaryProxy<String, String> = try await manager.dictionary()
            try await dictionary.updateValue(text, forKey: "long")
            #expect(try await dictionary.value(forKey: "long") == text)
            #expect(try await list.elements() == Array(0..<1_000))
            // A waiting call has another connection or not; both are TLS.
            let queue = try await manager(sharedQueue)
            async let item = queue.get()
            try await queue.put(5)
            #expect(try await item == 5)
            await manager.shutdown()
        }
    }

    @Test func `A certificate for another name is refused, unless the name is given`() async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("server", hosts: "DNS:jobs.example.org")
        try await withTLSServer(certificates) { _, port in
            for host in ["localhost", "127.0.0.1"] {
                let error = await failure(host, port, ClientTLS(authorityFile: certificates.file("ca.pem")))
                #expect(error?.code == .tlsFailed)
                #expect(error?.description.hasPrefix("the server's certificate is for another name") == true, "\(String(describing: error))")
            }
            let manager = manager("127.0.0.1", port, ClientTLS(authorityFile: certificates.file("ca.pem"), serverName: "jobs.example.org"))
            try await manager.connect()
            await manager.shutdown()
        }
    }

    @Test func `An expired certificate is refused`() async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("server", days: -1)
        try await withTLSServer(certificates) { _, port in
            let error = await failure("localhost", port, ClientTLS(authorityFile: certificates.file("ca.pem")))
            #expect(error?.code == .tlsFailed)
            #expect(error?.description == "the server's certificate has expired")
        }
    }

    @Test func `A certificate of an authority that is not trusted is refused, that of another file and that of the system`() async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("server")
        try await certificates.makeAuthority("other")
        try await withTLSServer(certificates) { _, port in
            for tls in [ClientTLS(authorityFile: certificates.file("other.pem")), ClientTLS()] {
                let error = await failure("localhost", port, tls)
                #expect(error?.code == .tlsFailed)
                #expect(error?.description == "the server's certificate is signed by no authority that is trusted here")
            }
        }
    }

    @Test func `A client that speaks TLS is told that the server does not, and at once`() async throws {
        try await withSwiftServer { server, _ in
            guard case .tcp(let host, let port) = server.address else { return }
            let error = await failure(host, port, ClientTLS())
            #expect(error?.code == .tlsFailed)
            #expect(error?.description.hasPrefix("the server does not speak TLS") == true, "\(String(describing: error))")
        }
    }

    @Test func `A client without TLS is told that the server may expect it`() async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("server")
        try await withTLSServer(certificates) { _, port in
            let error = await failure("localhost", port, nil)
            #expect(error?.code == .cannotConnect)
            #expect(error?.description.hasSuffix("it may expect TLS") == true, "\(String(describing: error))")
        }
    }

    /// What comes to a server with TLS that is none: each connection must end, those that wait for an answer, too.
    private static let garbage = """
        import os, random, socket, ssl, sys, time
        from multiprocessing.connection import Client
        address, authority, seed = ('127.0.0.1', int(sys.argv[1])), sys.argv[2], int(sys.argv[3])
        random.seed(seed)
        def hello():
            outgoing = ssl.MemoryBIO()
            tls = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname='localhost')
            try: tls.do_handshake()
            except ssl.SSLWantReadError: pass
            return bytearray(outgoing.read())
        def changed(message):
            for _ in range(random.randrange(1, 6)): message[random.randrange(len(message))] = random.randrange(256)
            return message[:random.randrange(1, len(message) + 1)]
        def send(data, peer):
            peer.settimeout(60)
            try:
                os.write(peer.fileno(), data)
                socket.socket.shutdown(peer, socket.SHUT_WR)
                while peer.recv(65536): pass
            except socket.timeout: raise
            except OSError: pass
        cases = [b'GET / HTTP/1.1\\r\\n\\r\\n', b'\\0\\0\\0\\x14#CHALLENGE#{sha256}', os.urandom(5000), b'\\x16\\x03\\x01\\xff\\xff' + bytes(70000)]
        for data in cases + [changed(hello()) for _ in range(200)]:
            with socket.create_connection(address) as peer: send(data, peer)
        context = ssl.create_default_context(cafile=authority)
        for size in (1, 50, 5000):
            with context.wrap_socket(socket.create_connection(address), server_hostname='localhost') as peer: send(os.urandom(size), peer)
        # A Python client without TLS waits for the server's first word.
        start = time.time()
        try: Client(address, authkey=b'abc')
        except EOFError: print('ended', time.time() - start < 30)
        """

    @Test func `Garbage, and clients that speak no TLS, end soon, and the server serves on`() async throws {
        let python = try #require(PythonInterpreter.newest)
        let certificates = try await TestCertificates()
        try await certificates.make("server")
        try await withTLSServer(certificates) { server, port in
            let manager = manager("localhost", port, ClientTLS(authorityFile: certificates.file("ca.pem")))
            try await manager.connect()
            let list = try await manager.list([1, 2, 3])
            let seed = Int.random(in: 0..<1_000_000)
            #expect(try await python.run(Self.garbage, [String(port), certificates.file("ca.pem"), String(seed)]).output == "ended True\n", "seed \(seed)")
            #expect(try await list.elements() == [1, 2, 3])
            await manager.shutdown()
            try await waitUntil { server.connectionCount == 0 }
        }
    }

    @Test func `A server that asks for a certificate lets in those who have one of the right authority`() async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("server")
        try await certificates.make("client", hosts: "DNS:client")
        try await certificates.makeAuthority("other")
        try await certificates.make("stranger", hosts: "DNS:client", authority: "other")
        func tls(_ name: String?) -> ClientTLS {
            ClientTLS(
                authorityFile: certificates.file("ca.pem"), certificateFile: name.map { certificates.file("\($0).pem") },
                keyFile: name.map { certificates.file("\($0).key") })
        }
        try await withTLSServer(certificates, clientAuthority: "ca.pem") { server, port in
            let manager = manager("localhost", port, tls("client"))
            try await manager.connect()
            await manager.shutdown()
            for name in [nil, "stranger"] {
                let error = await failure("localhost", port, tls(name))
                #expect(error?.code == .tlsFailed)
                #expect(error?.description.hasPrefix("the server refused this client's certificate, or asks for one") == true, "\(String(describing: error))")
            }
        }
    }

    @Test func `TLS does not stand in for the key`() async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("server")
        try await withTLSServer(certificates) { _, port in
            let tls = ClientTLS(authorityFile: certificates.file("ca.pem"))
            let stranger = Manager(address: .tcp("localhost", port), authkey: "wrong", configuration: ManagerConfiguration(tls: tls))
            #expect(await managerError { try await stranger.connect() } == .authenticationFailed)
        }
    }

    @Test func `Files that cannot be used are named, at either end`() async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("server")
        try await certificates.make("other")
        let (missing, certificate, key) = (certificates.file("missing.pem"), certificates.file("server.pem"), certificates.file("server.key"))
        for tls in [
            ServerTLS(certificateFile: missing, keyFile: key), ServerTLS(certificateFile: certificate, keyFile: missing),
            ServerTLS(certificateFile: certificate, keyFile: key, clientAuthorityFile: missing),
        ] {
            let error = await #expect(throws: TLSError.self) { try await withSwiftServer(configure: { $0.tls = tls }) { _, _ in } }
            #expect(error?.description.hasPrefix("\(missing): no ") == true)
        }
        let others = ServerTLS(certificateFile: certificate, keyFile: certificates.file("other.key"))
        let error = await #expect(throws: TLSError.self) { try await withSwiftServer(configure: { $0.tls = others }) { _, _ in } }
        #expect(error?.description == "the certificate and the private key cannot be used together")
        let client = await failure("localhost", 1, ClientTLS(authorityFile: missing))
        #expect(client?.code == .tlsFailed && client?.description.hasPrefix(missing) == true)
        #expect(await failure("localhost", 1, ClientTLS(certificateFile: certificate))?.description.contains("private key is needed") == true)
    }

    @Test func `A certificate is replaced while the server runs`() async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("server")
        try await certificates.makeAuthority("next")
        try await certificates.make("renewed", authority: "next")
        try await withTLSServer(certificates) { server, port in
            let old = manager("localhost", port, ClientTLS(authorityFile: certificates.file("ca.pem")))
            try await old.connect()
            let renewed = ServerTLS(certificateFile: certificates.file("renewed.pem"), keyFile: certificates.file("renewed.key"))
            try server.replaceTLS(with: renewed)
            #expect(throws: TLSError.self) { try server.replaceTLS(with: ServerTLS(certificateFile: "/nonexistent", keyFile: "/nonexistent")) }
            #expect(try await old.list(0..<3).elements() == [0, 1, 2])
            let new = manager("localhost", port, ClientTLS(authorityFile: certificates.file("next.pem")))
            try await new.connect()
            await new.shutdown()
            await old.shutdown()
        }
    }

    /// What runs in front of an unmodified Python client: it speaks TLS with the server, checks its certificate, and passes bytes on.
    private static let tunnel = """
        import socket, ssl, sys, threading
        port, authority = int(sys.argv[1]), sys.argv[2]
        context = ssl.create_default_context(cafile=authority)
        listener = socket.socket()
        listener.bind(('127.0.0.1', 0))
        listener.listen(16)
        print(listener.getsockname()[1])
        def passing(source, target):
            try:
                while True:
                    data = source.recv(65536)
                    if not data: break
                    target.sendall(data)
            except OSError: pass
            for end in (source, target):
                try: end.shutdown(socket.SHUT_RDWR)
                except OSError: pass
        while True:
            near, _ = listener.accept()
            far = context.wrap_socket(socket.create_connection(('127.0.0.1', port)), server_hostname='localhost')
            for pair in ((near, far), (far, near)): threading.Thread(target=passing, args=pair, daemon=True).start()
        """

    private static let client = """
        import sys
        from multiprocessing.managers import BaseManager
        class Manager(BaseManager): pass
        for name in ['get_task', 'dict']: Manager.register(name)
        manager = Manager(('127.0.0.1', int(sys.argv[1])), b'abc')
        manager.connect()
        queue, shared = manager.get_task(), manager.dict()
        queue.put({'k': [1, 2.5, None]})
        shared.update(queue.get())
        print(shared.get('k'))
        """

    @Test(arguments: PythonInterpreter.all)
    func `An unmodified Python client comes through a tunnel`(_ python: PythonInterpreter) async throws {
        let newest = try #require(PythonInterpreter.newest)
        let certificates = try await TestCertificates()
        try await certificates.make("server")
        try await withTLSServer(certificates) { _, port in
            let tunnel = try newest.start(Self.tunnel, [String(port), certificates.file("ca.pem")])
            let entrance = try #require(await tunnel.nextLine())
            #expect(try await python.run(Self.client, [entrance]).output == "[1, 2.5, None]\n")
            tunnel.kill()
        }
    }
}
