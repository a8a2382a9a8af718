import ManagerConnection
import ManagerServer
import Pickle
import TestSupport
import Testing

/// Several keys, and what each of them allows.
@Suite(.timeLimit(.minutes(3))) struct GrantTests {
    static let workers = Permissions(
        creates: ["get_task", "list"], calls: ["get_task": ["get", "put"], "list": ["append", "__getitem__", "#GETVALUE"]])
    static let watchers = Permissions(callsOfAll: ["__len__", "qsize"], administers: ["number_of_objects"])

    static func access(workers: AuthenticationKey = "work", _ permissions: Permissions = Self.workers) throws -> ServerAccess {
        try ServerAccess(grants: [
            KeyGrant("workers", keys: [workers], permissions: permissions),
            KeyGrant("watchers", keys: ["watch", "watch too"], permissions: watchers),
            KeyGrant("operators", keys: ["operate"], permissions: .all),
        ])
    }

    private func withGranting(_ body: (ManagerServer) async throws -> Void) async throws {
        let access = try Self.access()
        try await withServer(configure: { $0.access = access }, body)
    }

    /// The last line of a refusal's account.
    private func account(_ reply: (kind: String, result: PickleValue)) -> String? {
        reply.kind == "#TRACEBACK" ? reply.result.text?.split(separator: "\n").last.map(String.init) : nil
    }

    /// The class and the message of an exception that was sent.
    private func exception(_ reply: (kind: String, result: PickleValue)) -> String? {
        guard reply.kind == "#ERROR", case .instance(let instance) = reply.result, let text = instance.arguments.first?.text else { return nil }
        return "\(instance.global?.name ?? ""): \(text)"
    }

    private func create(_ server: ManagerServer, _ name: String, _ key: AuthenticationKey) throws -> String {
        guard case .tuple(let created) = try RawPeer.call(server, "create", .string(name), key: key).result, let identifier = created[0].text
        else { throw RawPeer.Closed() }
        return identifier
    }

    @Test func `Each key is known, and a key that nobody holds is refused`() async throws {
        try await withGranting { server in
            let keys: [AuthenticationKey] = ["work", "watch", "watch too", "operate"]
            let replies = try keys.map { try RawPeer.call(server, "dummy", key: $0).kind }
            #expect(replies == ["#RETURN", "#RETURN", "#RETURN", "#RETURN"])
            let strangers: [AuthenticationKey] = ["abc", "", "wor"]
            for key in strangers { #expect(throws: AuthenticationError.self) { try RawPeer(port: server.port).authenticate(key) } }
        }
    }

    @Test func `A holder creates what it may, and is told of what it may not`() async throws {
        try await withGranting { server in
            #expect(try RawPeer.call(server, "create", "get_task", key: "work").kind == "#RETURN")
            #expect(try RawPeer.call(server, "create", "list", key: "work").kind == "#RETURN")
            let refused = try RawPeer.call(server, "create", "dict", key: "work")
            #expect(account(refused) == "PermissionError: the key 'workers' may not create 'dict'")
            let unknown = try RawPeer.call(server, "create", "nothing", key: "work")
            #expect(account(unknown) == "PermissionError: the key 'workers' may not create 'nothing'")
            #expect(account(try RawPeer.call(server, "create", "nothing", key: "operate")) == "KeyError: 'nothing'")
        }
    }

    @Test func `A holder calls the methods that it may, and a refused call does nothing`() async throws {
        try await withGranting { server in
            let queue = try create(server, "get_task", "work")
            let (worker, watcher) = (try RawPeer.session(server, key: "work"), try RawPeer.session(server, key: "watch too"))
            #expect(try worker.request(queue, "put", 1).kind == "#RETURN")
            for method in ["qsize", "shutdown", "__repr__", "#GETVALUE", "no_such_method"] {
                #expect(exception(try worker.request(queue, method)) == "PermissionError: the key 'workers' may not call get_task.\(method)")
            }
            #expect(exception(try watcher.request(queue, "get")) == "PermissionError: the key 'watchers' may not call get_task.get")
            #expect(try watcher.request(queue, "qsize").result == 1)
            #expect(try worker.request(queue, "get").result == 1)
        }
    }

    @Test func `The server is shut down, counted and shown by those alone who may administer it`() async throws {
        try await withGranting { server in
            for function in Permissions.administration {
                let refused = try RawPeer.call(server, function, key: "work")
                #expect(account(refused) == "PermissionError: the key 'workers' may not administer the server (\(function))")
            }
            #expect(try RawPeer.call(server, "number_of_objects", key: "watch").result == 0)
            #expect(try RawPeer.call(server, "debug_info", key: "watch").kind == "#TRACEBACK")
            #expect(try RawPeer.call(server, "debug_info", key: "operate").kind == "#RETURN")
            #expect(try RawPeer.call(server, "shutdown", key: "operate").kind == "#RETURN")
            await server.waitForShutdownRequest()
        }
    }

    @Test func `Functions of the server are not allowed by way of a session either`() async throws {
        try await withGranting { server in
            let peer = try RawPeer.session(server, key: "work")
            #expect(account(try peer.request(nil, "shutdown"))?.hasPrefix("PermissionError") == true)
            #expect(account(try peer.request(nil, "create", "dict"))?.hasPrefix("PermissionError") == true)
        }
    }

    @Test func `References to objects of others are not counted up or down`() async throws {
        try await withGranting { server in
            let dictionary = try create(server, "dict", "operate")
            for function in ["incref", "decref"] {
                let refused = try RawPeer.call(server, function, .string(dictionary), key: "work")
                #expect(account(refused) == "PermissionError: the key 'workers' may not use a 'dict'")
            }
            #expect(try RawPeer.call(server, "number_of_objects", key: "operate").result == 1)
            #expect(try RawPeer.call(server, "incref", .string(try create(server, "list", "operate")), key: "work").kind == "#RETURN")
        }
    }

    @Test func `An object cannot be read by passing a proxy of it on`() async throws {
        try await withGranting { server in
            let (secret, own) = (try create(server, "dict", "operate"), try create(server, "list", "work"))
            let peer = try RawPeer.session(server, key: "work")
            let message = "PermissionError: the key 'workers' may not pass on a 'dict', which it may not have by value (#GETVALUE)"
            #expect(exception(try peer.request(own, "append", proxy(secret))) == message)
            #expect(account(try RawPeer.call(server, "create", "list", proxy(secret), key: "work")) == message)
            #expect(try peer.request(own, "append", proxy(own)).kind == "#RETURN")
        }
    }

    @Test(arguments: [PickleProtocol.v2, .v4]) func `An object is not read by way of a value in which somebody has put a proxy of it`(
        _ version: PickleProtocol
    ) async throws {
        try await withGranting { server in
            let (secret, shared) = (try create(server, "dict", "operate"), try create(server, "list", "operate"))
            let (operator_, worker) = (try RawPeer.session(server, key: "operate"), try RawPeer.session(server, key: "work"))
            #expect(try operator_.request(secret, "__setitem__", "k", "hidden").kind == "#RETURN")
            #expect(try operator_.request(shared, "append", proxy(secret)).kind == "#RETURN")
            let whole = version == .v2 ? "{'k': 'hidden'}" : "RebuildProxy"
            #expect(try operator_.request(shared, "__getitem__", 0, at: version).result.description.contains(whole))
            let read = try worker.request(shared, "__getitem__", 0, at: version)
            #expect(read.kind == "#RETURN")
            #expect(read.result.description.contains("RebuildProxy") && !read.result.description.contains("hidden"))
        }
    }

    private func proxy(_ identifier: String) -> PickleValue {
        let token = PickleInstance(
            .global(PickleGlobal(module: "multiprocessing.managers", name: "Token")), construction: .new,
            state: .tuple(["dict", .tuple(["127.0.0.1", 1]), .string(identifier)]))
        let rebuild = PickleGlobal(module: "multiprocessing.managers", name: "RebuildProxy")
        return .instance(PickleInstance(.global(rebuild), [.none, .instance(token), "pickle", [:]]))
    }

    private static let script = """
        import sys
        from multiprocessing.managers import BaseManager, RemoteError
        class Manager(BaseManager): pass
        for name in ['get_task', 'dict']: Manager.register(name)
        manager = Manager(('127.0.0.1', int(sys.argv[1])), b'work')
        manager.connect()
        queue = manager.get_task()
        queue.put('x')
        print(queue.get())
        try: queue.qsize()
        except (IOError, OSError) as error: print(type(error).__name__ + ': ' + str(error))
        try: manager.dict()
        except RemoteError as error: print(str(error).strip().splitlines()[-2])
        print(queue.__str__().endswith("failed>"))
        """

    @Test(arguments: PythonInterpreter.all)
    func `Python's programs get a PermissionError, which 2 calls an OSError`(_ python: PythonInterpreter) async throws {
        try await withGranting { server in
            let lines = try await python.run(Self.script, [String(server.port)]).lines
            let name = python.major == 2 ? "OSError" : "PermissionError"
            #expect(lines == [
                "x", "\(name): the key 'workers' may not call get_task.qsize", "\(name): the key 'workers' may not create 'dict'", "True",
            ])
        }
    }
}
