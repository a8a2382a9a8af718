import Multiprocessing
import TestSupport
import Testing

/// A Swift program whose key does not allow everything, and a server in a Swift program that has several keys.
@Suite(.timeLimit(.minutes(1))) struct GrantedClientTests {
    private static func access(_ worker: AuthenticationKey, creates: NameSet) throws -> ServerAccess {
        try ServerAccess(grants: [
            KeyGrant("workers", keys: [worker], permissions: Permissions(creates: creates, calls: ["list": ["append", "__len__"]])),
            KeyGrant("operators", keys: ["operate"], permissions: .all),
        ])
    }

    private func refusal(_ body: () async throws -> Void) async -> RemoteError? {
        await #expect(throws: RemoteError.self) { try await body() }
    }

    @Test func `What the key does not allow is a RemoteError of type permissionError that says what it was`() async throws {
        let access = try Self.access("work", creates: ["list"])
        let server = try await Manager(address: .tcp("127.0.0.1", 0)).server { $0.access = access }
        let manager = Manager(address: server.address, authkey: "work")
        try await manager.connect()
        let list = try await manager.list(of: Int.self)
        try await list.append(1)
        #expect(try await list.count == 1)
        let refusals = [
            await refusal { _ = try await list.elements() },
            await refusal { _ = try await manager.dictionary() },
            await refusal { _ = try await manager.objectCount },
        ]
        #expect(refusals.map { $0?.type } == [.permissionError, .permissionError, .permissionError])
        #expect(refusals[1]?.message == "the key 'workers' may not create 'dict'")
        #expect(refusals[2]?.message == "the key 'workers' may not administer the server (number_of_objects)")
        await manager.shutdown()
        await server.shutdown()
    }

    @Test func `Keys are replaced while a server of one's own runs`() async throws {
        let first = try Self.access("work", creates: [])
        let server = try await Manager(address: .tcp("127.0.0.1", 0)).server { $0.access = first }
        let manager = Manager(address: server.address, authkey: "work")
        try await manager.connect()
        #expect(await refusal { _ = try await manager.list(of: Int.self) }?.type == .permissionError)
        server.replaceAccess(with: try Self.access("work 2", creates: ["list"]))
        try await waitUntil { (try? await manager.list(of: Int.self)) != nil }
        // Of another configuration, so that it does not share the connection that is there.
        let late = Manager(address: server.address, authkey: "work", configuration: ManagerConfiguration(callTimeout: .seconds(50)))
        #expect(await managerError { try await late.connect() } == .authenticationFailed)
        await manager.shutdown()
        await server.shutdown()
    }

    @Test func `An error of what says how the server runs is that of the start`() async throws {
        let error = await #expect(throws: ServerAccessError.self) {
            try await Manager(address: .tcp("127.0.0.1", 0)).server { $0.access = try ServerAccess(grants: []) }
        }
        #expect(error?.description == "a server needs at least one key")
    }
}
