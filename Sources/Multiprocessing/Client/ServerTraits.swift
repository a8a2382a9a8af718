import NIOCore
import Pickle

/// What a server is, as its answer to one question shows.
struct ServerTraits: Sendable {
    /// What it can do beyond CPython's protocol; nothing, when it is CPython's.
    let extensions: Set<String>
    /// The protocol at which it is written to: that of every Python from 3.4 on, or of Python 2.7.
    let version: PickleProtocol

    /// The question is put at this protocol, which all understand.
    static let question = PickleProtocol.v2

    /// - Parameter answer: the reply to `extensions`. A server of CPython's does not know it, and raises in its own protocol.
    init(answer: ByteBuffer) throws {
        do {
            guard case .value(let names) = try Wire.reply(answer) else {
                throw ManagerError(.protocolViolation, "the server's extensions are no value")
            }
            extensions = try names.decode()
            version = .v4
        } catch is RemoteError {
            extensions = []
            let written = answer.getInteger(at: answer.readerIndex + 1, as: UInt8.self)
            version = written == PickleProtocol.v2.rawValue ? .v2 : .v4
        }
    }

    /// Whether one connection carries many calls at once.
    var isMultiplexed: Bool { extensions.contains("multiplexed") }
}

/// What one run of a server says of itself (`server_info()`).
struct ServerInfo: Decodable, Sendable {
    /// A number that is another at each start.
    let epoch: Int
    /// The types of which all get one object.
    let shared: Set<String>
    /// How many calls a multiplexed connection may have outstanding.
    let outstandingCalls: Int
    /// How often a multiplexed connection has to carry something, in milliseconds; 0 or `nil` for never.
    let heartbeat: Int?

    private enum CodingKeys: String, CodingKey {
        case epoch, shared, heartbeat, outstandingCalls = "outstanding_calls"
    }
}
