import NIOCore
import Pickle

/// The pickles of requests, written opcode by opcode, so that parts of them may be any bytes.
enum FuzzRequest {
    /// `(ident, methodname, args, {})`, with the opcodes of the arguments as they are given.
    static func pickle(_ identifier: String?, _ method: String, _ arguments: [UInt8]) -> [UInt8] {
        let object = identifier.map(text) ?? [none]
        return [0x80, 4, mark] + object + text(method) + [mark] + arguments + [tuple, emptyDictionary, tuple, stop]
    }

    /// A `str` of at most 255 bytes.
    static func text(_ text: String) -> [UInt8] { [0x8c, UInt8(text.utf8.count)] + text.utf8 }

    /// The arguments of `create` for one object of each type.
    static let types: [[UInt8]] = [
        text("dict"), text("list"), text("set"), text("Queue"), text("LifoQueue"), text("PriorityQueue"), text("Lock"), text("RLock"), text("Semaphore"),
        text("BoundedSemaphore"), text("Condition"), text("Event"), text("Barrier") + int(2), text("Namespace"), text("Value") + text("i") + int(7),
        text("Array") + text("i") + oneItem,
    ]

    /// The identifier and the methods of a new object, from the reply to `create`.
    static func created(_ reply: ByteBuffer) -> (identifier: String, methods: [String])? {
        guard case .tuple(let reply)? = try? Unpickler().load(Array(reply.readableBytesView)), reply.count == 2, case .tuple(let created) = reply[1],
            created.count == 2, let identifier = created[0].text, case .tuple(let methods) = created[1]
        else { return nil }
        return (identifier, methods.compactMap(\.text))
    }

    /// `[7]`
    private static let oneItem: [UInt8] = [0x5d] + int(7) + [0x61]

    private static func int(_ number: UInt8) -> [UInt8] { [0x4b, number] }

    private static let (none, mark, tuple, emptyDictionary, stop): (UInt8, UInt8, UInt8, UInt8, UInt8) = (0x4e, 0x28, 0x74, 0x7d, 0x2e)
}

/// Sees that a reply is one.
struct ReplyCheck {
    /// How many new objects replies spoke of.
    private(set) var proxies = 0

    private static let kinds: Set<String> = ["#RETURN", "#ERROR", "#TRACEBACK", "#PROXY", "#UNSERIALIZABLE"]

    /// - Parameter reply: the pickle of `(kind, result)`. A result that a peer has sent before is as it was sent: what cannot be read in it, such as
    ///   text that is not UTF-8, its readers refuse.
    mutating func check(_ reply: ByteBuffer) throws(Finding) {
        guard let kind = reply.withUnsafeReadableBytes(Self.kind) else { throw Finding("a reply that is no pair: \(Array(reply.readableBytesView))") }
        try expect(Self.kinds.contains(kind), "a reply of an unknown kind")
        if kind == "#PROXY" { proxies += 1 }
    }

    private static func kind(_ bytes: UnsafeRawBufferPointer) -> String? {
        var scanner = PickleScanner()
        guard let pair = try? scanner.scan(bytes), scanner.elementCount(of: pair) == 2 else { return nil }
        return scanner.element(0, of: pair).flatMap { scanner.text($0, of: bytes) }
    }
}
