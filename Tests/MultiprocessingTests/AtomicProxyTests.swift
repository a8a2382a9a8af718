import Multiprocessing
import TestSupport
import Testing

/// Updates in one step, which this server has and CPython's have not.
@Suite(.timeLimit(.minutes(3))) struct AtomicProxyTests {
    @Test func `A dictionary's values are exchanged, compared and added to`() async throws {
        try await ServerUnderTest.swift.withManager { manager in
            let dictionary = try await manager.dictionary(String.self, Int.self)
            #expect(try await dictionary.updateValue(1, forKey: "a") == nil)
            #expect(try await dictionary.updateValue(2, forKey: "a") == 1)
            #expect(try await dictionary.increment("a") == 3)
            #expect(try await dictionary.increment("b", by: 5) == 5)
            #expect(try await !dictionary.compareAndSet(expected: 2, new: 9, forKey: "a"))
            #expect(try await dictionary.compareAndSet(expected: 3, new: 9, forKey: "a"))
            #expect(try await dictionary.compareAndSet(expected: nil, new: 1, forKey: "c"))
            #expect(try await !dictionary.compareAndSet(expected: nil, new: 2, forKey: "c"))
            #expect(try await dictionary.compareAndSet(expected: 1, new: nil, forKey: "c"))
            #expect(try await dictionary.values(forKeys: ["c", "b", "a"]) == [nil, 5, 9])
            try await dictionary.replaceAll(with: ["z": 1])
            #expect(try await dictionary.snapshot() == ["z": 1])
            let untyped = try await manager.dictionary(PickleValue.self, PickleValue?.self)
            #expect(try await untyped.updateValue(nil, forKey: 1) == nil)
            #expect(try await untyped.updateValue("x", forKey: 1.0) == .some(PickleValue?.none))
            #expect(try await untyped.values(forKeys: [true]) == [.some("x")])
        }
    }

    @Test func `Values, attributes and elements, too`() async throws {
        try await ServerUnderTest.swift.withManager { manager in
            let value = try await manager.value(0.5, typecode: "d")
            #expect(try await value.increment() == 1.5)
            #expect(try await value.exchange(4) == 1.5)
            #expect(try await value.compareAndSet(expected: 4, new: 5))
            #expect(try await value.get() == 5)

            let namespace = try await manager.namespace(["limit": 3, "name": "x"])
            #expect(try await namespace.limit.increment(by: 2) == 5)
            #expect(try await namespace.count.increment() == 1)
            #expect(try await namespace.name.exchange("y") == "x")
            #expect(try await namespace.other.exchange("z") == nil)
            #expect(try await namespace.limit.compareAndSet(expected: 5, new: nil))
            #expect(namespace.object.typeID == "Namespace")
            try await namespace["object"].set(1)
            try await namespace.merge(["a": 1, "b": "2"])
            #expect(try await namespace.snapshot() == ["count": 1, "name": "y", "other": "z", "object": 1, "a": 1, "b": "2"])

            let list = try await manager.list([1, 2, 3])
            #expect(try await list.increment(at: -1, by: 4) == 7)
            #expect(try await list.exchange(9, at: 0) == 1)
            #expect(try await list.compareAndSet(expected: 9, new: 8, at: 0))
            #expect(try await list.elements() == [8, 2, 7])

            let array = try await manager.array([1, 2], typecode: "b")
            #expect(try await array.increment(at: 0) == 2)
            let error = await #expect(throws: RemoteError.self) { try await array.increment(at: 0, by: 200) }
            #expect(error?.type == .overflowError)
            try await array.replaceAll(with: [3, 4, 5])
            #expect(try await array.elements() == [3, 4, 5])

            let set = try await manager.set([1])
            #expect(try await set.insertIfAbsent(2))
            #expect(try await !set.insertIfAbsent(2))
            try await set.replaceAll(with: [7])
            #expect(try await set.elements() == [7])
        }
    }

    @Test(arguments: ServerUnderTest.pythons)
    func `CPython's server says that it has none of it, and nothing is done`(_ server: ServerUnderTest) async throws {
        func refused(_ body: () async throws -> Void) async {
            let error = await #expect(throws: ManagerError.self) { try await body() }
            #expect(error?.code == .notSupported)
        }
        try await server.withManager { manager in
            let dictionary = try await manager.dictionary(["increment": 1])
            await refused { try await dictionary.updateValue(2, forKey: "increment") }
            await refused { try await dictionary.increment("increment") }
            await refused { _ = try await dictionary.compareAndSet(expected: 1, new: 2, forKey: "increment") }
            await refused { _ = try await dictionary.values(forKeys: ["increment"]) }
            await refused { try await dictionary.replaceAll(with: [:]) }
            #expect(try await dictionary.snapshot() == ["increment": 1])
            let value = try await manager.value(1)
            await refused { try await value.increment() }
            await refused { _ = try await value.exchange(2) }
            let namespace = try await manager.namespace(["a": 1])
            await refused { try await namespace.a.increment() }
            await refused { try await namespace.merge(["b": 1]) }
            let list = try await manager.list([1])
            await refused { try await list.increment(at: 0) }
            let queue = try await manager.queue(of: Int.self)
            await refused { _ = try await queue.get(upTo: 2) }
            await refused { try await queue.withLease { _ in } }
            if !server.isAtLeast(3, 13) { await refused { try await queue.shutdown() } }
            await refused { _ = try await manager.lock().isLocked }
            await refused { _ = try await manager.lockHolders() }
            await refused { try await manager.lock().withLock { (_: LockHolding) in } }
        }
    }

    @Test func `Eight tasks add a thousand times each, and nothing is lost`() async throws {
        try await ServerUnderTest.swift.withManager { manager in
            let dictionary = try await manager.dictionary(String.self, Int.self)
            let (list, value, namespace) = (try await manager.list([0]), try await manager.value(0), try await manager.namespace())
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<1_000 {
                            try await dictionary.increment("n")
                            try await list.increment(at: 0)
                            try await value.increment()
                            try await namespace.n.increment()
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await dictionary.value(forKey: "n") == 8_000)
            #expect(try await list.element(at: 0) == 8_000)
            #expect(try await value.get() == 8_000)
            #expect(try await namespace.n.get(as: Int.self) == 8_000)
        }
    }

    /// Unmodified Python programs, each a process of its own.
    private static let adder = """
        import sys
        from multiprocessing.managers import BaseManager
        class Manager(BaseManager): pass
        Manager.register('counts'); Manager.register('total')
        m = Manager(address=('127.0.0.1', int(sys.argv[1])), authkey=b'abc')
        m.connect()
        counts, total = m.counts(), m.total()
        for i in range(1000):
            counts._callmethod('increment', ('n', 1))
            total.increment()
        while True:
            claimed = counts.setdefault('claimed', 0)
            if counts.compare_and_set('claimed', claimed, claimed + 1): break
        sys.stdout.write('done')
        """

    private enum Counters: ManagerDefinition {
        static let counts = TypeID<DictionaryProxy<String, Int>>("counts")
        static let total = TypeID<ValueProxy<Int>>("total")
        static func register(in registry: inout Registry) {
            registry.register(counts, shared: ManagedDictionary())
            registry.register(total, shared: ManagedValue(typecode: Fragment(0), Fragment(0)))
        }
    }

    @Test func `Eight Python programs add a thousand times each, and nothing is lost`() async throws {
        let server = try await Manager(Counters.self, address: .tcp("127.0.0.1", 0), authkey: "abc").server()
        let manager = Manager(Counters.self, address: server.address, authkey: "abc")
        try await manager.connect()
        guard case .tcp(_, let port) = server.address else {
            Issue.record("\(server.address)")
            return
        }
        let pythons = PythonInterpreter.all + PythonInterpreter.all
        try await withThrowingTaskGroup { group in
            for python in pythons.prefix(8) {
                group.addTask {
                    let said = try await python.run(Self.adder, ["\(port)"]).output
                    #expect(said == "done")
                }
            }
            try await group.waitForAll()
        }
        let counts = try await manager(Counters.counts)
        #expect(try await counts.entries().sorted { $0.key < $1.key }.map(\.value) == [8, 8_000])
        #expect(try await manager(Counters.total).get() == 8_000)
        await manager.shutdown()
        await server.shutdown()
    }
}
