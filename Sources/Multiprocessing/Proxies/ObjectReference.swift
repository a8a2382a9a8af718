import ManagedObjects
import ManagerConnection
import ManagerServer
import Pickle
import Synchronization

/// One reference to an object on a server: taken when it is made, given back when nobody has it any more.
///
/// It is one server's: when that has gone and another is at its address, a shared object is found again under its type's name, if the
/// configuration says so. Any other object is no more, and its proxies say so.
final class ObjectReference: Sendable {
    let client: ManagerClient
    let typeID: String

    /// Where the reference is counted.
    private struct Place {
        /// The object's name on its server.
        var identifier: String
        /// With whose end the reference ends; `nil` for one that stays until it is given back, or that is being taken.
        var link: ServerLink?
    }

    private let place: Mutex<Place>
    /// Takes the reference, where the server has not counted it yet.
    private let taking: Task<ServerLink?, any Error>?
    /// The methods that the server has told of: a sequence of names.
    private let exposed: Mutex<PickleValue?>
    /// What has been acquired of the object by hand, and not released yet.
    let acquiredByHand = Mutex<[AcquiredByHand]>([])

    /// A reference that the server has counted, as `create` does.
    init(counted identifier: String, typeID: String, client: ManagerClient, link: ServerLink?, exposed: PickleValue? = nil) {
        self.client = client
        self.typeID = typeID
        place = Mutex(Place(identifier: identifier, link: link))
        taking = nil
        self.exposed = Mutex(exposed)
    }

    /// The reference that the server has counted for an object which a method returned (`#PROXY`).
    ///
    /// - Parameter proxy: `(exposed, Token(typeid, address, id))`
    convenience init(returned proxy: Fragment, client: ManagerClient, link: ServerLink?) throws {
        guard case .tuple(let parts) = try proxy.value(), parts.count == 2, case .instance(let instance) = parts[1],
            let token = ProxyToken(token: instance)
        else { throw ManagerError(.protocolViolation, "the server's proxy has no token") }
        self.init(counted: token.identifier, typeID: token.typeID, client: client, link: link, exposed: parts[0])
    }

    /// A further reference to an object that another has, as CPython's proxies take when they are rebuilt.
    init(sharing identifier: String, typeID: String, client: ManagerClient) {
        self.client = client
        self.typeID = typeID
        place = Mutex(Place(identifier: identifier, link: nil))
        exposed = Mutex(nil)
        // Detached: it is for all who will have the reference, whatever the time of the call that makes it.
        taking = Task.detached { try await client.addReference(identifier) }
        if let taking { ReplyDecoding.current?.add(taking) }
    }

    deinit {
        for acquired in acquiredByHand.withLock({ $0 }) { client.discard(acquired.session) }
        let (client, place, taking) = (client, place.withLock { $0 }, taking)
        // As in CPython, an error is of no interest: the server may have ended.
        Task.detached {
            let link = try await taking?.value
            try await client.dropReference(place.identifier, on: place.link ?? link)
        }
    }
}

// MARK: - The object's methods

extension ObjectReference {
    /// `Token(typeid, address, id)`
    var token: PickleInstance {
        PickleInstance(
            .global(ProxyToken.token), construction: .new, state: .tuple([.string(typeID), client.address.pythonValue, .string(identifier)]))
    }

    /// Whether the object has a method that its server tells of. The server is asked once, unless it has said so when it made the object.
    func exposes(_ method: String) async throws -> Bool {
        if let known = exposed.withLock({ $0 }) { return known.names(method) }
        try await taken()
        let told = try await client.callServer("get_methods", [try Fragment(.instance(token))]).value()
        exposed.withLock { $0 = told }
        return told.names(method)
    }
}

extension PickleValue {
    /// Whether it is a sequence that has the name.
    fileprivate func names(_ name: String) -> Bool {
        switch self {
        case .tuple(let elements), .list(let elements): elements.contains { $0.text == name }
        default: false
        }
    }
}

// MARK: - The object's name

extension ObjectReference {
    /// The object's name on the server where it was last.
    var identifier: String { place.withLock { $0.identifier } }

    /// Waits until the server has counted the reference, and finds the object again if it has to be.
    ///
    /// - Throws: ``ManagerError`` when there is no such object any more.
    func taken() async throws {
        _ = try await taking?.value
        guard let link = try await client.link(CallLimit("finding a \(typeID)", timeout: client.configuration.callTimeout)) else { return }
        _ = try await identifier(on: link)
    }

    /// The object's name on the server at the other end of the link.
    ///
    /// - Throws: ``ManagerError`` when the object is not there.
    func identifier(on link: ServerLink) async throws -> String {
        let place = place.withLock { $0 }
        guard let home = try await home(of: place), home !== link else { return place.identifier }
        if client.configuration.reconnection.isEnabled, link.info.shared.contains(typeID) {
            return try await settle(Place(identifier: try await client.find(typeID, on: link), link: link))
        }
        guard home.info.epoch == link.info.epoch else {
            throw ManagerError(.staleProxy, """
                the \(typeID) \(place.identifier) was an object of an earlier server at \(client.address): get a proxy from the manager again
                """)
        }
        // The connection that held the reference was lost; the object is there if someone else has one.
        try await client.addReference(place.identifier, on: link)
        return try await settle(Place(identifier: place.identifier, link: link))
    }

    private func home(of place: Place) async throws -> ServerLink? {
        if let link = place.link { return link }
        return try await taking?.value
    }

    /// Notes a reference that was counted anew. When another task was faster, one of the two is given back.
    private func settle(_ new: Place) async throws -> String {
        let isFirst = place.withLock { place in
            guard place.link !== new.link else { return false }
            place = new
            return true
        }
        if !isFirst { try await client.dropReference(new.identifier, on: new.link) }
        return new.identifier
    }
}
