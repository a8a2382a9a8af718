import Pickle

/// What a server says of itself.
public struct ServerInformation: Hashable, Sendable {
    /// `swift-multiprocessing`, or `CPython`.
    public let name: String
    /// The version of what the server has beyond CPython's protocol; `nil` for CPython's.
    public let version: Int?
    /// A number that is another at each start of the server, by which its clients can tell that it was started again; `nil` for CPython's.
    public let epoch: Int?
    /// How many objects clients refer to.
    public let objectCount: Int
}

extension Manager {
    /// Asks the server what it is (`server_info`, and Python's `_number_of_objects`).
    ///
    /// - Throws: ``ManagerError``, ``RemoteError``, `CancellationError`.
    public func serverInformation() async throws -> ServerInformation {
        let client = try client
        let count: Int = try await client.callServer("number_of_objects").decode()
        guard try await client.traits().extensions.contains("server_info") else {
            return ServerInformation(name: "CPython", version: nil, epoch: nil, objectCount: count)
        }
        let answer: Answer = try await client.callServer("server_info").decode()
        return ServerInformation(name: answer.name, version: answer.version, epoch: answer.epoch, objectCount: count)
    }

    private struct Answer: Decodable {
        let name: String
        let version: Int
        let epoch: Int
    }
}
