/// The text form of grants: which key files there are, and what each key may do.
///
/// Lines of words; an empty one and one that begins with `#` are passed over.
///
/// ```text
/// key workers     workers.key workers.new.key
/// create          get_task get_result
/// call            get_task.get get_task.task_done get_result.put
///
/// key operators   operators.key
/// create          *
/// call            *
/// administer      *
/// ```
///
/// - `key NAME FILE…` begins a holder of keys. What follows is what it may do; all else it may not.
/// - `create NAME…`: ask for objects that are registered under the names, `*` for all.
/// - `call NAME…`: call every method of the objects of these names; `NAME.METHOD` one of them; `*` every method of every object, and
///   `*.METHOD` one of every object. An object has the name it was registered under, or that of its type; an iterator is an `Iterator`.
/// - `administer FUNCTION…`: call these of `shutdown`, `number_of_objects`, `debug_info` and `holders`, `*` for all.
public struct GrantsFile: Sendable {
    /// One holder of keys.
    public struct Entry: Sendable {
        /// The holder's name.
        public let name: String
        /// Where its keys are, as it is written.
        public let keyFiles: [String]
        /// In which line it begins, counted from 1.
        public let line: Int
        /// What it may do.
        public internal(set) var permissions = Permissions()
    }

    /// The holders, in their order; at least one.
    public private(set) var entries: [Entry] = []

    /// The names that may be given.
    private let names: Set<String>

    /// Reads the text.
    ///
    /// - Parameters:
    ///   - text: the lines.
    ///   - names: what is registered at the server; any other name is a mistake.
    /// - Throws: ``GrantsSyntaxError`` at the first mistake.
    public init(_ text: String, names: some Sequence<String>) throws(GrantsSyntaxError) {
        self.names = Set(names).union(["Iterator"])
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            try read(first, words.dropFirst(), line: number)
        }
        if entries.isEmpty { throw GrantsSyntaxError(line: number, "there is no key: begin with 'key NAME FILE'") }
    }

    private mutating func read(_ word: String, _ rest: ArraySlice<String>, line: Int) throws(GrantsSyntaxError) {
        if word == "key" { return try beginEntry(rest, line: line) }
        guard ["create", "call", "administer"].contains(word) else {
            throw GrantsSyntaxError(line: line, "'\(word)' is none of key, create, call and administer")
        }
        guard let last = entries.indices.last else { throw GrantsSyntaxError(line: line, "'\(word)' comes before the first 'key NAME FILE'") }
        if rest.isEmpty { throw GrantsSyntaxError(line: line, "'\(word)' names nothing") }
        for name in rest { try allow(word, name, &entries[last].permissions, line: line) }
    }

    private mutating func beginEntry(_ rest: ArraySlice<String>, line: Int) throws(GrantsSyntaxError) {
        guard let name = rest.first, rest.count >= 2 else { throw GrantsSyntaxError(line: line, "write 'key NAME FILE'") }
        if let other = entries.first(where: { $0.name == name }) {
            throw GrantsSyntaxError(line: line, "the key '\(name)' is in line \(other.line) already")
        }
        entries.append(Entry(name: name, keyFiles: Array(rest.dropFirst()), line: line))
    }

    private func allow(_ word: String, _ name: String, _ permissions: inout Permissions, line: Int) throws(GrantsSyntaxError) {
        switch word {
        case "create":
            if name != "*" { try check(name, line: line) }
            permissions.creates.add(name)
        case "call":
            let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let methods: NameSet = parts.count == 2 ? [parts[1]] : .all
            if parts.last == "" { throw GrantsSyntaxError(line: line, "'\(name)' names no method") }
            guard parts[0] != "*" else { return permissions.callsOfAll.formUnion(methods) }
            try check(parts[0], line: line)
            permissions.calls[parts[0], default: []].formUnion(methods)
        default:
            guard name == "*" || Permissions.administration.contains(name) else {
                throw GrantsSyntaxError(line: line, "'\(name)' is none of \(Permissions.administration.joined(separator: ", ")) and *")
            }
            permissions.administers.add(name)
        }
    }

    private func check(_ name: String, line: Int) throws(GrantsSyntaxError) {
        guard names.contains(name) else { throw GrantsSyntaxError(line: line, "nothing is registered as '\(name)'") }
    }
}

extension NameSet {
    /// Adds a name, or all for `*`.
    fileprivate mutating func add(_ name: String) {
        if name == "*" { formUnion(.all) } else { insert(name) }
    }
}

/// A mistake in a text of grants.
public struct GrantsSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where it is, counted from 1.
    public let line: Int
    private let message: String

    init(line: Int, _ message: String) {
        self.line = line
        self.message = message
    }

    /// The line and what is wrong.
    public var description: String { "line \(line): \(message)" }
}
