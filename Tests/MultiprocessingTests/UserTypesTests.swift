import Foundation
import Multiprocessing
import Synchronization
import TestSupport
import Testing

/// Types of any kind on a server, used by Swift programs.
@Suite(.timeLimit(.minutes(1))) struct UserTypesTests {
    @Test func `A type is used by a dynamic and by a typed proxy`() async throws {
        try await withUserTypes { server in
            let manager = try await server.connected()
            let sum: Int = try await manager.proxy("Maths").add(4, 3)
            #expect(sum == 7)
            let named: Int = try await manager.proxy("Maths", 1).add(4, b: 3)
            #expect(named == 8)
            let maths = try await manager(UserTypes.maths, 100)
            #expect(try await maths.add(4, 3) == 107)
            #expect(try await maths.mean([1, 2]) == 1.5)
            #expect(try await maths.repr() == "Maths on 100")
            await manager.shutdown()
        }
    }

    @Test func `Errors are what the method throws, and Python's for wrong arguments`() async throws {
        try await withUserTypes { server in
            let manager = try await server.connected()
            let maths = try await manager(UserTypes.maths)
            let thrown = await #expect(throws: RemoteError.self) { try await maths.mean([]) }
            #expect(thrown?.type == .valueError && thrown?.message == "no numbers")
            let other = await #expect(throws: RemoteError.self) { try await maths.object.call("fail") }
            #expect(other?.type == .runtimeError && other?.message == "Unlucky(number: 13)")
            let wrong = await #expect(throws: RemoteError.self) { try await maths.object.call("add", [1, "2"]) }
            #expect(wrong?.type == .typeError && wrong?.message == "add() argument 'b' must be int, not str")
            let hidden = await #expect(throws: RemoteError.self) { try await maths.object.call("init") }
            #expect(hidden?.type == .keyError)
            await manager.shutdown()
        }
    }

    @Test func `A method returns a proxy of another object`() async throws {
        try await withUserTypes { server in
            let manager = try await server.connected()
            let maths = try await manager(UserTypes.maths)
            let counter = try await maths.counter(40)
            #expect(try await counter.call("advance", [2], as: Int.self) == 42)
            #expect(counter.typeID == "Counter")
            #expect(try await counter.value() == ["value": 42])
            #expect(try await maths.object.call("nobody", as: ObjectProxy?.self) == nil)
            let other = try await maths.counter(0)
            #expect(try await other.call("value", as: Int.self) == 0)
            await manager.shutdown()
        }
    }

    @Test func `A shared object is one for all, a fresh one belongs to its maker`() async throws {
        try await withUserTypes { server in
            let manager = try await server.connected()
            for count in 1...2 {
                #expect(try await manager.proxy("get_counter").call("advance", [1], as: Int.self) == count)
                #expect(try await manager.proxy("new_counter").call("advance", [1], as: Int.self) == 1)
            }
            await manager.shutdown()
        }
    }

    @Test func `Eight clients that change one struct lose nothing`() async throws {
        try await withUserTypes { server in
            let manager = try await server.connected()
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        let counter = try await manager.proxy("get_counter")
                        for _ in 0..<100 { try await counter.call("advance", [1]) }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await manager.proxy("get_counter").call("value", as: Int.self) == 800)
            await manager.shutdown()
        }
    }

    @Test func `Calls that wait in an actor let others in`() async throws {
        try await withUserTypes { server in
            let managers = [try await server.connected(), try await server.connected(), try await server.connected()]
            let gates = [try await managers[0](UserTypes.gate), try await managers[1](UserTypes.gate), try await managers[2](UserTypes.gate)]
            async let first: Bool = gates[0].enter()
            async let second: Bool = gates[1].enter()
            try await waitUntil { try await gates[2].call("waiting", as: Int.self) == 2 }
            #expect(try await gates[2].call("open", as: Int.self) == 2)
            #expect(try await [first, second] == [true, true])
            for manager in managers { await manager.shutdown() }
        }
    }

    /// A class whose methods block the thread that they are on.
    final class Blocker: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        private let count = Mutex(0)

        func block() -> Bool {
            count.withLock { $0 += 1 }
            semaphore.wait()
            count.withLock { $0 -= 1 }
            return true
        }

        func blocked() -> Int { count.withLock { $0 } }
        func free() { semaphore.signal() }
    }

    @Test func `Methods that block hold up nobody on a server with one event loop`() async throws {
        let blocker = Blocker()
        try await withUserTypes { registry in
            registry.register("get_blocker", shared: blocker) {
                Method("block", Blocker.block)
                Method("blocked", Blocker.blocked)
            }
        } _: { server in
            let manager = try await server.connected()
            let calls = (0..<20).map { _ in
                Task { try await manager.proxy("get_blocker").call("block", as: Bool.self) }
            }
            // Twenty threads are blocked; other methods of the same object, other types and built-in ones answer.
            let same = try await manager.proxy("get_blocker")
            try await waitUntil { try await same.call("blocked", as: Int.self) == 20 }
            #expect(try await manager(UserTypes.maths).add(1, 2) == 3)
            let queue = try await manager(TypeID<QueueProxy<Int>>("get_tasks"))
            try await queue.put(1)
            #expect(try await queue.get() == 1)
            for _ in calls { blocker.free() }
            for call in calls { #expect(try await call.value) }
            await manager.shutdown()
        }
    }

    @Test(arguments: [true, false])
    func `The method's task is cancelled when its caller gives up or goes`(_ givesUp: Bool) async throws {
        let (started, ended) = (AsyncStream<Void>.makeStream(), AsyncStream<Bool>.makeStream())
        try await withUserTypes { registry in
            registry.register("get_sleeper", shared: UserTypes.Counter()) {
                Method("sleep") { (_: UserTypes.Counter) in
                    started.continuation.yield()
                    try? await Task.sleep(for: .seconds(50))
                    ended.continuation.yield(Task.isCancelled)
                }
            }
        } _: { server in
            let manager = try await server.connected()
            let sleeper = try await manager.proxy("get_sleeper")
            let call = Task { try await sleeper.call("sleep") }
            for await _ in started.stream { break }
            if givesUp { call.cancel() } else { await manager.shutdown() }
            for await wasCancelled in ended.stream {
                #expect(wasCancelled)
                break
            }
            await #expect(throws: (any Error).self) { try await call.value }
            await manager.shutdown()
        }
    }

    @Test func `A method may use other managed objects, and what these raise goes on to its caller`() async throws {
        try await withUserTypes { server in
            let queue = try await server.connected()(TypeID<QueueProxy<Int>>("get_tasks"))
            try await withUserTypes { registry in
                registry.register("get_front", shared: UserTypes.Counter()) {
                    Method("take") { (_: UserTypes.Counter) in try await queue.get(timeout: .zero) }
                }
            } _: { front in
                let manager = try await front.connected()
                let object = try await manager.proxy("get_front")
                let error = await #expect(throws: RemoteError.self) { try await object.call("take", as: Int.self) }
                #expect(error?.type == .queueEmpty)
                try await queue.put(5)
                #expect(try await object.call("take", as: Int.self) == 5)
                await manager.shutdown()
            }
        }
    }
}
