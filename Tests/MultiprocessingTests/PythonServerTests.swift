import Multiprocessing
import TestSupport
import Testing

/// A user's classes on CPython's servers of every version.
@Suite(.timeLimit(.minutes(3))) struct PythonServerTests {
    @Test(arguments: ServerUnderTest.pythons)
    func `A class is used by a dynamic proxy`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let maths = try await manager.proxy("Maths", 10)
            let sum: Int = try await maths.add(4, 3)
            #expect(sum == 17)
            let text: String = try await maths.say(1, "x", times: 3)
            #expect(text == "1 xxx")
            let float: Double = try await maths.add(0.5, 1)
            #expect(float == 11.5)
        }
    }

    @Test(arguments: ServerUnderTest.pythons)
    func `An exception arrives with its type, arguments and message`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let maths = try await manager.proxy("Maths")
            let unlucky = await #expect(throws: RemoteError.self) { try await maths.call("fail", [1, "two"]) }
            #expect(unlucky?.type == .init(module: "__main__", name: "Unlucky"))
            #expect(unlucky?.arguments.count == 2 && unlucky?.arguments.first == .int(1))
            let key = await #expect(throws: RemoteError.self) { try await maths.call("missing") }
            #expect(key?.type == .keyError)
            #expect(key?.message == "'nope'")
            #expect(key?.description == "KeyError: 'nope'")
            let type = await #expect(throws: RemoteError.self) { try await maths.call("add", [1]) }
            #expect(type?.type == .typeError)
            // What the server itself raises comes as text, with its traceback.
            let hidden = await #expect(throws: RemoteError.self) { try await maths.call("base") }
            #expect(hidden?.traceback?.contains("Traceback (most recent call last)") == true)
            let unknown = await #expect(throws: RemoteError.self) { try await manager.proxy("Unicorn") }
            #expect(unknown?.type == .keyError)
            #expect(unknown?.message == "'Unicorn'" || unknown?.message == "u'Unicorn'")
        }
    }

    @Test(arguments: ServerUnderTest.pythons)
    func `A value of an unknown class can be sent back unharmed`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let maths = try await manager.proxy("Maths")
            let point: PickleValue = try await maths.point()
            guard case .instance(let instance) = point else {
                Issue.record("\(point)")
                return
            }
            #expect(instance.global?.name == "Point" || instance.arguments.contains(.global(PickleGlobal(module: "__main__", name: "Point"))))
            let moved: PickleValue = try await maths.moved(point)
            #expect(moved == .tuple([true, 1, [2.5, nil]]))
            let list = try await manager.list(of: PickleValue.self)
            try await list.append(point)
            #expect(try await maths.moved(list.element(at: 0)) == moved)
        }
    }

    @Test(arguments: ServerUnderTest.pythons)
    func `What a method makes becomes a proxy, and its object lives as long`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let before = try await manager.objectCount
            do {
                let maths = try await manager.proxy("Maths")
                let counter: ObjectProxy = try await maths.counter()
                #expect(counter.typeID == "Counter")
                let one: Int = try await counter.advance()
                let five: Int = try await counter.advance(step: 4)
                #expect([one, five] == [1, 5])
                #expect(try await manager.objectCount == before + 2)
                let error = await #expect(throws: ManagerError.self) { try await maths.call("counter", as: Int.self) }
                #expect(error?.code == .unexpectedValue)
            }
            try await waitUntil { try await manager.objectCount == before }
        }
    }

    @Test(arguments: ServerUnderTest.pythons)
    func `A pool runs the server's functions`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let pool = try await manager.proxy("Pool", 2)
            func function(_ name: String) -> PickleValue { .global(PickleGlobal(module: "builtins", name: name)) }
            let power: Int = try await pool.apply(function("pow"), PickleValue.tuple([2, 10]))
            #expect(power == 1024)
            let sizes: [Int] = try await pool.map(function("len"), ["a", "bb", "ccc"])
            #expect(sizes == [1, 2, 3])
            let pending: ObjectProxy = try await pool.apply_async(function("abs"), PickleValue.tuple([-5]))
            #expect(try await pending.call("get", [10], as: Int.self) == 5)
            var mapped: [Int] = []
            let iterator: IteratorProxy<Int> = try await pool.imap(function("abs"), [-1, -2, -3])
            for try await number in iterator { mapped.append(number) }
            #expect(mapped == [1, 2, 3])
            let error = await #expect(throws: RemoteError.self) {
                try await pool.call("apply", [function("int"), PickleValue.tuple(["x"])])
            }
            #expect(error?.type == .valueError)
            // Not `terminate`: ended while it waits for a task, a worker may leave the lock of the queue behind, and CPython waits for ever.
            try await pool.call("close")
            try await pool.call("join")
        }
    }
}
