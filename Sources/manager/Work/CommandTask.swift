import Multiprocessing

/// One input for the command, as an item of a queue: a plain `str` (or `bytes`, or a number), or a `dict` with an `id` that comes
/// back in the result: `{"id": 7, "input": "path"}`.
struct CommandTask: Sendable {
    let id: PickleValue?
    let input: PickleValue

    init(_ item: PickleValue) {
        guard case .dictionary(let entries) = item, let input = entries["input"] else {
            (id, input) = (nil, item)
            return
        }
        self.input = input
        id = entries["id"]
    }

    /// The item of a task whose result is to be known by a number.
    static func item(id: Int, input: [UInt8]) -> PickleValue {
        ["id": .int(id), "input": PickleValue(text: input)]
    }

    /// What takes the place of `{}`.
    var inputBytes: [UInt8] {
        switch input {
        case .bytes(let bytes), .surrogateString(let bytes), .legacyString(let bytes): bytes
        case .string(let text): Array(text.utf8)
        default: Array(((try? input.pythonStr()) ?? "").utf8)
        }
    }
}

/// What became of one input, as a `dict`, so that a master in any language can read it.
struct CommandResult: Sendable {
    var id: PickleValue?
    var input: PickleValue
    /// The exit status; −n when signal n ended the command, as in Python's `subprocess`; `nil` when there was none.
    var status: Int?
    var output: [UInt8] = []
    var error: [UInt8] = []
    /// Why there is no exit status: not found, out of time…
    var problem: String?
    var seconds: Double = 0

    var isSuccess: Bool { status == 0 && problem == nil }

    /// The `dict`: text where bytes are UTF-8, `bytes` where they are not.
    var item: PickleValue {
        var entries: [(key: PickleValue, value: PickleValue)] = [
            ("input", input), ("status", status.map(PickleValue.int) ?? .none), ("output", PickleValue(text: output)),
            ("error", PickleValue(text: error)), ("problem", problem.map(PickleValue.string) ?? .none), ("seconds", .float(seconds)),
        ]
        if let id { entries.insert(("id", id), at: 0) }
        return .dictionary(PickleEntries(entries))
    }
}

extension CommandResult {
    /// Reads the `dict`; `nil` when it is not one.
    init?(_ item: PickleValue) {
        guard case .dictionary(let entries) = item, let input = entries["input"] else { return nil }
        self.init(id: entries["id"], input: input)
        if case .int(let status)? = entries["status"] { self.status = status }
        output = entries["output"]?.textBytes ?? []
        error = entries["error"]?.textBytes ?? []
        if case .string(let problem)? = entries["problem"] { self.problem = problem }
        if case .float(let seconds)? = entries["seconds"] { self.seconds = seconds }
    }
}

extension PickleEntries {
    subscript(name: String) -> PickleValue? { first { $0.key == .string(name) }?.value }
}

extension PickleValue {
    /// Text where the bytes are UTF-8, and `bytes` where they are not.
    init(text bytes: [UInt8]) {
        self = String(validating: bytes, as: UTF8.self).map(PickleValue.string) ?? .bytes(bytes)
    }

    var textBytes: [UInt8]? {
        switch self {
        case .string(let text): Array(text.utf8)
        case .bytes(let bytes): bytes
        default: nil
        }
    }
}
