import ManagerConnection
import Synchronization

/// The decoding of one reply, in which there may be proxies.
final class ReplyDecoding: Sendable {
    @TaskLocal static var current: ReplyDecoding?

    private let client: ManagerClient
    private let takings = Mutex<[Task<ServerLink?, any Error>]>([])

    private init(_ client: ManagerClient) { self.client = client }

    /// Decodes a reply, and waits until the servers have counted the references that proxies in it take.
    static func of<Result>(_ client: ManagerClient, _ decode: () throws -> Result) async throws -> Result {
        let decoding = ReplyDecoding(client)
        let result = try $current.withValue(decoding, operation: decode)
        for taking in decoding.takings.withLock({ $0 }) { _ = try await taking.value }
        return result
    }

    /// Notes that a reference is being taken.
    func add(_ taking: Task<ServerLink?, any Error>) { takings.withLock { $0.append(taking) } }

    /// The client for a proxy that came without a key: in a reply, the one that the reply is for, or one with its key; else one with this
    /// process's own key, as in CPython.
    static func client(for address: ManagerAddress) -> ManagerClient {
        guard let client = current?.client else {
            return .shared(address: address, authkey: AuthenticationKey(CurrentProcess.authkey))
        }
        return client.address == address ? client : .shared(address: address, authkey: client.authkey, configuration: client.configuration)
    }
}
