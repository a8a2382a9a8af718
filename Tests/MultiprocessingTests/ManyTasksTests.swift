import ManagerServer
import Multiprocessing
import TestSupport
import Testing

/// Any number of tasks may share a proxy.
@Suite(.timeLimit(.minutes(2))) struct ManyTasksTests {
    @Test func `A thousand tasks share one connection, and two hundred of them wait`() async throws {
        try await withSwiftServer { server, manager in
            let (queue, dictionary) = (try await manager.queue(of: Int.self), try await manager.dictionary(Int.self, Int.self))
            let getters = (0..<200).map { _ in Task { try await queue.get() } }
            try await withThrowingTaskGroup { group in
                for number in 0..<800 {
                    group.addTask {
                        try await dictionary.updateValue(number, forKey: number)
                        #expect(try await dictionary.value(forKey: number) == number)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await dictionary.count == 800)
            #expect(server.connectionCount == 1)
            try await queue.put(contentsOf: 0..<200)
            var taken: Set<Int> = []
            for getter in getters { taken.insert(try await getter.value) }
            #expect(taken == Set(0..<200))
            #expect(server.connectionCount == 1)
        }
    }

    @Test func `What has to own a connection has one beside it, which is used again`() async throws {
        try await withSwiftServer { server, manager in
            let (lock, list) = (try await manager.rlock(), try await manager.list(of: Int.self))
            try await withThrowingTaskGroup { group in
                for number in 0..<20 {
                    group.addTask { try await lock.withLock { try await lock.withLock { try await list.append(number) } } }
                }
                try await group.waitForAll()
            }
            #expect(try await list.count == 20)
            #expect(server.connectionCount <= 21)
            for _ in 0..<20 { try await lock.withLock {} }
            #expect(server.connectionCount <= 21)
        }
    }

    @Test func `Where all places of a connection are taken by calls that wait, another is opened`() async throws {
        try await withSwiftServer(configure: { $0.maximumOutstandingCalls = 16 }) { server, manager in
            let queue = try await manager.queue(of: Int.self)
            let getters = (0..<100).map { _ in Task { try await queue.get() } }
            try await withThrowingTaskGroup { group in
                for number in 0..<100 { group.addTask { try await queue.put(number) } }
                try await group.waitForAll()
            }
            var taken: Set<Int> = []
            for getter in getters { taken.insert(try await getter.value) }
            #expect(taken == Set(0..<100))
            #expect((2...14).contains(server.connectionCount))
        }
    }

    @Test func `Proxies in replies to many tasks refer to their objects`() async throws {
        try await withSwiftServer { _, manager in
            let dictionary = try await manager.dictionary(Int.self, ListProxy<Int>.self)
            for number in 0..<20 { try await dictionary.updateValue(try await manager.list([number]), forKey: number) }
            try await withThrowingTaskGroup { group in
                for number in 0..<400 {
                    group.addTask {
                        let list = try #require(try await dictionary.value(forKey: number % 20))
                        #expect(try await list.elements() == [number % 20])
                    }
                }
                try await group.waitForAll()
            }
            // The reply that takes the last value out of the dictionary is what keeps the list until its proxy has been made.
            try await withThrowingTaskGroup { group in
                for number in 0..<20 {
                    group.addTask {
                        let list = try #require(try await dictionary.removeValue(forKey: number))
                        #expect(try await list.count == 1)
                    }
                }
                try await group.waitForAll()
            }
            try await waitUntil { try await manager.objectCount == 1 }
        }
    }

    @Test(arguments: ServerUnderTest.pythons.suffix(1))
    func `Towards CPython many tasks share a proxy, too`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let queue = try await manager.queue(of: Int.self)
            let getters = (0..<20).map { _ in Task { try await queue.get() } }
            try await withThrowingTaskGroup { group in
                for number in 0..<20 { group.addTask { try await queue.put(number) } }
                try await group.waitForAll()
            }
            var taken: Set<Int> = []
            for getter in getters { taken.insert(try await getter.value) }
            #expect(taken == Set(0..<20))
        }
    }
}
