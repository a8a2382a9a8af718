import ManagerConnection
import Pickle

/// One reference to an object on a server: taken when it is made, given back when nobody has it any more.
final class ObjectReference: Sendable {
    let client: ManagerClient
    let typeID: String
    let identifier: String
    /// Takes the reference, where the server has not counted it yet.
    private let taking: Task<Void, any Error>?

    /// A reference that the server has counted, as `create` does.
    init(counted identifier: String, typeID: String, client: ManagerClient) {
        self.client = client
        self.typeID = typeID
        self.identifier = identifier
        taking = nil
    }

    /// A further reference to an object that another has, as CPython's proxies take when they are rebuilt.
    init(sharing identifier: String, typeID: String, client: ManagerClient) {
        self.client = client
        self.typeID = typeID
        self.identifier = identifier
        taking = Task { _ = try await client.callReferences("incref", [try Fragment(.string(identifier))]) }
    }

    /// Waits until the server has counted the reference.
    func taken() async throws {
        try await taking?.value
    }

    deinit {
        let (client, identifier, taking) = (client, identifier, taking)
        // As in CPython, an error is of no interest: the server may have ended.
        Task {
            try await taking?.value
            _ = try await client.callReferences("decref", [try Fragment(.string(identifier))])
        }
    }
}
