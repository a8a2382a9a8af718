import Multiprocessing
import TestSupport
import Testing

/// The typed proxies, each with CPython's server of every version and with ours.
@Suite(.timeLimit(.minutes(3))) struct ProxyTests {
    @Test(arguments: ServerUnderTest.all)
    func `Dictionaries, lists, arrays and iterators`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let dictionary = try await manager.dictionary(String.self, Int.self)
            try await dictionary.merge([("a", 1), ("b", 2)])
            try await dictionary.setValue(3, forKey: "c")
            #expect(try await dictionary.count == 3)
            #expect(try await dictionary.value(forKey: "b") == 2)
            #expect(try await dictionary.value(forKey: "nope") == nil)
            #expect(try await dictionary.contains("a"))
            #expect(try await Set(dictionary.keys()) == ["a", "b", "c"])
            #expect(try await dictionary.values().sorted() == [1, 2, 3])
            #expect(try await dictionary.snapshot() == ["a": 1, "b": 2, "c": 3])
            #expect(try await dictionary.value(forKey: "d", settingDefault: 4) == 4)
            #expect(try await dictionary.removeValue(forKey: "d") == 4)
            var keys: Set<String> = []
            for try await key in try await dictionary.iterator() { keys.insert(key) }
            #expect(keys == ["a", "b", "c"])
            try await dictionary.removeAll()
            #expect(try await dictionary.repr() == "{}")

            let list = try await manager.list(0..<5)
            try await list.reverse()
            try await list.append(7)
            try await list.append(contentsOf: [8, 9])
            try await list.insert(6, at: 5)
            try await list.setElement(-1, at: 0)
            #expect(try await list.elements() == [-1, 3, 2, 1, 0, 6, 7, 8, 9])
            #expect(try await list.popLast() == 9)
            #expect(try await list.element(at: -1) == 8)
            #expect(try await list.contains(6))
            try await list.sort(descending: true)
            #expect(try await list.object.value() == [8, 7, 6, 3, 2, 1, 0, -1])
            #expect(try await list.count == 8)
            let error = await #expect(throws: RemoteError.self) { try await list.element(at: 99) }
            #expect(error?.type == .indexError)

            let array = try await manager.array([1, 2, -3], typecode: "i")
            try await array.setElement(5, at: 0)
            #expect(try await array.elements() == [5, 2, -3])
            #expect(try await array.element(at: -1) == -3)
            #expect(try await array.count == 3)
            #expect(try await manager.array([0.5, 2], typecode: "d").elements() == [0.5, 2])
        }
    }

    @Test(arguments: ServerUnderTest.all)
    func `Queues, values and namespaces`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            for typeID in ["Queue", "JoinableQueue"] {
                let queue = try await manager(TypeID<JoinableQueueProxy<String>>(typeID), 2)
                try await queue.put("a")
                try await queue.put("b")
                #expect(try await queue.count == 2)
                let full = await #expect(throws: RemoteError.self) { try await queue.put("c", timeout: .zero) }
                #expect(full?.type == .queueFull)
                #expect(try await queue.get() == "a")
                #expect(try await queue.get(timeout: .seconds(5)) == "b")
                #expect(try await queue.isEmpty)
                let empty = await #expect(throws: RemoteError.self) { try await queue.get(timeout: .milliseconds(1)) }
                #expect(empty?.type == .queueEmpty)
                try await queue.taskDone()
                try await queue.taskDone()
                try await queue.join()
                async let taken = [queue.get(), queue.get(), queue.get()]
                try await queue.put(contentsOf: ["x", "y", "z"])
                #expect(try await taken.sorted() == ["x", "y", "z"])
            }
            let value = try await manager.value(5)
            try await value.set(6)
            #expect(try await value.get() == 6)
            let namespace = try await manager.namespace()
            try await namespace.name.set("é")
            #expect(try await namespace.name.get() == "é")
            #expect(try await namespace["name"].getIfPresent(as: String.self) == "é")
            #expect(try await namespace.snapshot() == ["name": "é"])
            try await namespace.name.remove()
            #expect(try await namespace.name.getIfPresent(as: String.self) == nil)
            let error = await #expect(throws: RemoteError.self) { try await namespace.name.get(as: String.self) }
            #expect(error?.type == .attributeError)
        }
    }

    @Test(arguments: ServerUnderTest.all)
    func `Locks, semaphores and events`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let lock = try await manager.lock()
            let inside = try await lock.withLock { try await lock.object.call("acquire", [false], as: Bool.self) }
            #expect(!inside)
            try await lock.acquire()
            async let waited: Void = lock.acquire()
            try await lock.release()
            try await waited
            try await lock.release()
            await #expect(throws: RemoteError.self) { try await lock.release() }

            let semaphore = try await manager.semaphore(value: 2)
            try await semaphore.acquire()
            try await semaphore.acquire()
            #expect(try await !semaphore.object.call("acquire", [false], as: Bool.self))
            try await semaphore.release()
            let bounded = try await manager.boundedSemaphore()
            try await bounded.withLock {}
            let error = await #expect(throws: RemoteError.self) { try await bounded.release() }
            #expect(error?.type == .valueError)
            if server.isAtLeast(3, 2) {
                #expect(try await lock.acquire(timeout: .seconds(5)))
                #expect(try await !lock.acquire(timeout: .milliseconds(1)))
                #expect(try await semaphore.acquire(timeout: .seconds(5)))
            }

            let event = try await manager.event()
            #expect(try await !event.wait(for: .milliseconds(1)))
            async let set: Void = event.wait()
            try await event.set()
            try await set
            #expect(try await event.isSet)
            try await event.clear()
            #expect(try await !event.isSet)
        }
    }

    @Test(arguments: ServerUnderTest.all)
    func `A recursive lock and a condition belong to the task that holds them`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let lock = try await manager.rlock()
            try await lock.withLock {
                try await lock.withLock {}
                // A task of its own is another owner.
                let other = try await Task.detached { try await lock.object.call("acquire", [false], as: Bool.self) }.value
                #expect(!other)
            }
            #expect(try await Task.detached { try await lock.withLock { true } }.value)
            if server.isAtLeast(3, 2) { #expect(try await lock.withLock(timeout: .seconds(5)) { 1 } == 1) }

            let (condition, list) = (try await manager.condition(), try await manager.list(of: Int.self))
            let consumers = (0..<3).map { _ in
                Task {
                    try await condition.withLock {
                        try await condition.wait { try await list.count > 0 }
                        return try #require(try await list.popLast())
                    }
                }
            }
            for number in 1...3 {
                try await condition.withLock {
                    try await list.append(number)
                    if number == 2 { try await condition.notifyAll() } else { try await condition.notify() }
                }
            }
            var taken: Set<Int> = []
            for consumer in consumers { taken.insert(try await consumer.value) }
            #expect(taken == [1, 2, 3])
            try await condition.withLock { _ = try await condition.wait(for: .milliseconds(1)) }
            let error = await #expect(throws: RemoteError.self) { try await condition.wait() }
            #expect(error?.type == .runtimeError)
        }
    }

    @Test(arguments: ServerUnderTest.all.filter { $0.isAtLeast(3, 3) })
    func `A barrier`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let barrier = try await manager.barrier(parties: 2)
            #expect(try await barrier.parties == 2)
            async let first = barrier.wait()
            let second = try await barrier.wait(for: .seconds(10))
            #expect(try await [first, second].sorted() == [0, 1])
            #expect(try await barrier.waitingCount == 0)
            try await barrier.abort()
            #expect(try await barrier.isBroken)
            let error = await #expect(throws: RemoteError.self) { try await barrier.wait() }
            #expect(error?.type == .brokenBarrier)
            try await barrier.reset()
            #expect(try await !barrier.isBroken)
        }
    }

    // Python 2 reads a proxy in a container as the value of its object.
    @Test(arguments: ServerUnderTest.all.filter { $0.isAtLeast(3, 0) })
    func `A proxy in a container refers to its object`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let dictionary = try await manager.dictionary(String.self, ListProxy<Int>.self)
            let queue = try await manager.queue(of: DictionaryProxy<String, ListProxy<Int>>.self)
            do {
                let list = try await manager.list([1, 2])
                try await dictionary.setValue(list, forKey: "list")
                try await list.append(3)
            }
            let list = try #require(try await dictionary.value(forKey: "list"))
            try await list.append(4)
            try await queue.put(dictionary)
            let same = try await queue.get()
            #expect(try await same.value(forKey: "list")?.elements() == [1, 2, 3, 4])
            for (key, list) in try await same.entries() { #expect(try await (key, list.count) == ("list", 4)) }
        }
    }

    /// Python 2.7's server has the list itself in the place of its proxy.
    @Test(arguments: ServerUnderTest.all.filter { $0.isAtLeast(3, 6) })
    func `A proxy in a container is a proxy of the same object`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let inner = try await manager.list([1, 2])
            let outer = try await manager.dictionary(String.self, ListProxy<Int>.self)
            try await outer.setValue(inner, forKey: "inner")
            let read = try #require(try await outer.value(forKey: "inner"))
            #expect(read.object.identifier == inner.object.identifier)
            try await read.append(3)
            #expect(try await inner.elements() == [1, 2, 3])
            for (key, list) in try await outer.entries() { #expect(try await (key, list.count) == ("inner", 3)) }
        }
    }
}
