import Multiprocessing

/// A mail as it waits in the queue. To Python it is a dict: `{'sender': …, 'recipient': …, 'subject': …, 'body': …}`.
struct Mail: Codable, Sendable {
    let sender: String
    let recipient: String
    let subject: String
    let body: String
}

/// A mail that the mail server will never take, and what it said.
struct Refusal: Codable, Sendable {
    let mail: Mail
    let reason: String
}

/// What the server offers: the mails that wait, and those that were refused for good.
enum MailQueues: ManagerDefinition {
    static let outgoing = TypeID<QueueProxy<Mail>>("outgoing")
    static let refused = TypeID<QueueProxy<Refusal>>("refused")

    static func register(in registry: inout Registry) {
        registry.register(outgoing, shared: ManagedQueue())
        registry.register(refused, shared: ManagedQueue())
    }
}
