import ManagedObjects
import ManagerConnection
import Pickle
import Synchronization

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

    /// The reference that the server has counted for an object which a method returned (`#PROXY`).
    ///
    /// - Parameter proxy: `(exposed, Token(typeid, address, id))`
    convenience init(returned proxy: Fragment, client: ManagerClient) throws {
        guard case .tuple(let parts) = try proxy.value(), parts.count == 2, case .instance(let token) = parts[1],
            let token = ProxyToken(token: token)
        else { throw ManagerError(.protocolViolation, "the server's proxy has no token") }
        self.init(counted: token.identifier, typeID: token.typeID, client: client)
    }

    /// A further reference to an object that another has, as CPython's proxies take when they are rebuilt.
    init(sharing identifier: String, typeID: String, client: ManagerClient) {
        self.client = client
        self.typeID = typeID
        self.identifier = identifier
        taking = Task { _ = try await client.callReferences("incref", [try Fragment(.string(identifier))]) }
        if let taking { ReplyDecoding.current?.add(taking) }
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
