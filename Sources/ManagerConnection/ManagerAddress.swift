/// Where a manager's server listens: what CPython calls the `address` of a manager, a listener or a token.
///
/// It has one text form, which ``init(parsing:)`` reads and ``description`` gives back.
public enum ManagerAddress: Hashable, Sendable {
    /// A TCP port. CPython's `(host, port)`.
    ///
    /// A server given the host `""` listens on every IPv4 interface; a client given it connects to this machine.
    /// A server given port 0 is given a free one.
    case tcp(host: String, port: Int)
    /// A Unix domain socket in the file system. CPython's `str` address.
    case unix(path: String)
    /// A socket in Linux's abstract namespace, which has a name but no file; `name` is without the leading NUL.
    case abstract(name: String)

    /// The TCP port `port` of `host`: a name, an IPv4 or an IPv6 address without brackets.
    public static func tcp(_ host: String, _ port: Int) -> ManagerAddress { .tcp(host: host, port: port) }

    /// The Unix domain socket at `path`.
    public static func unix(_ path: String) -> ManagerAddress { .unix(path: path) }
}

extension ManagerAddress: CustomStringConvertible {
    /// `HOST:PORT`, `[IPV6]:PORT`, `unix:PATH` or `unix:@NAME`.
    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        // "unix:@x" names an abstract socket, so a file called "@x" needs its directory.
        case .unix(let path): path.hasPrefix("@") ? "unix:./\(path)" : "unix:\(path)"
        case .abstract(let name): "unix:@\(name)"
        }
    }
}

extension ManagerAddress {
    /// Reads an address from its text form.
    ///
    /// - Parameter text: `HOST:PORT`, `:PORT` (every interface, or this machine), `[IPV6]:PORT`, `unix:PATH` or
    ///   `unix:@NAME` (an abstract socket).
    /// - Throws: ``AddressSyntaxError`` when it is none of them.
    public init(parsing text: String) throws(AddressSyntaxError) {
        guard let address = text.hasPrefix("unix:") ? Self(unix: text.dropFirst(5)) : Self(tcp: text) else {
            throw AddressSyntaxError(text: text)
        }
        self = address
    }

    private init?(unix text: Substring) {
        let isAbstract = text.hasPrefix("@")
        let name = String(isAbstract ? text.dropFirst() : text)
        if name.isEmpty || name.utf8.contains(0) { return nil }
        self = isAbstract ? .abstract(name: name) : .unix(path: name)
    }

    private init?(tcp text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = Self.port(text[text.index(after: colon)...]),
            let host = Self.host(text[..<colon])
        else { return nil }
        self = .tcp(host: host, port: port)
    }

    private static func port(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return UInt16(text).map(Int.init)
    }

    private static func host(_ text: Substring) -> String? {
        if text.hasPrefix("[") {
            let inner = text.dropFirst().dropLast()
            return text.hasSuffix("]") && inner.contains(":") && isHost(inner) ? String(inner) : nil
        }
        return !text.contains(":") && isHost(text) ? String(text) : nil
    }

    private static func isHost(_ text: Substring) -> Bool {
        !text.contains { $0.isWhitespace || "/[]@\0".contains($0) }
    }
}

extension ManagerAddress: Codable {
    /// Reads the text form; a text that is no address is a `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(parsing: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A text that is not an address.
public struct AddressSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was to be read.
    public let text: String

    /// Says which forms there are.
    public var description: String {
        "'\(text)' is not an address: write HOST:PORT, :PORT, [IPV6]:PORT, unix:PATH or unix:@NAME, with a port from 0 to 65535"
    }
}
