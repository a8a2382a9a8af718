import Multiprocessing
import TestSupport
import Testing

/// A server for Swift's proxies: CPython's of one version, or ours.
enum ServerUnderTest: Sendable, CustomTestStringConvertible {
    case python(PythonInterpreter)
    case swift

    static let pythons = PythonInterpreter.all.map(ServerUnderTest.python)
    static let all = pythons + [.swift]

    var testDescription: String {
        switch self {
        case .python(let python): python.description
        case .swift: "this server"
        }
    }

    /// Whether its Python has this, which is ours for the Swift server.
    func isAtLeast(_ major: Int, _ minor: Int) -> Bool {
        if case .python(let python) = self { python.isAtLeast(major, minor) } else { true }
    }

    /// Runs the body with a manager that is connected to a server of this kind.
    func withManager(_ body: (Manager) async throws -> Void) async throws {
        switch self {
        case .python(let python):
            let server = try python.start(Self.script)
            let port = try #require(await server.nextLine().flatMap { Int($0) })
            try await connected(to: .tcp("127.0.0.1", port), body)
            server.kill()
        case .swift:
            let server = try await Manager(address: .tcp("127.0.0.1", 0), authkey: "abc").server()
            try await connected(to: server.address, body)
            await server.shutdown()
        }
    }

    private func connected(to address: ManagerAddress, _ body: (Manager) async throws -> Void) async throws {
        let manager = Manager(address: address, authkey: "abc")
        try await manager.connect()
        try await body(manager)
        await manager.shutdown()
    }

    /// A server with the types of `SyncManager` and with a user's classes; it prints its port.
    private static let script = """
        from multiprocessing.managers import SyncManager

        class Unlucky(Exception): pass

        class Point(object):
            def __init__(self, x, y): self.x, self.y = x, y

        class Counter(object):
            def __init__(self): self.value = 0
            def advance(self, step=1):
                self.value += step
                return self.value

        class Maths(object):
            def __init__(self, base=0): self.base = base
            def add(self, a, b): return self.base + a + b
            def say(self, number, text, times=1): return '%d %s' % (number, text * times)
            def fail(self, *arguments): raise Unlucky(*arguments)
            def missing(self): return {}['nope']
            def point(self): return Point(1, [2.5, None])
            def moved(self, point): return (type(point) is Point, point.x, point.y)
            def counter(self): return Counter()

        class Manager(SyncManager): pass
        Manager.register('Counter', exposed=['advance'], create_method=False)
        Manager.register('Maths', Maths, exposed=['add', 'say', 'fail', 'missing', 'point', 'moved'],
            method_to_typeid={'counter': 'Counter'})
        server = Manager(('127.0.0.1', 0), b'abc').get_server()
        print(server.address[1])
        server.serve_forever()
        """
}
