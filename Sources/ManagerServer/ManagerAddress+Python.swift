public import ManagerConnection
public import Pickle

extension ManagerAddress {
    /// As Python writes it: `(host, port)`, a path, or a name after a zero byte.
    public var pythonValue: PickleValue {
        switch self {
        case .tcp(let host, let port): .tuple([.string(host), .int(port)])
        case .unix(let path): .string(path)
        case .abstract(let name): .string("\0" + name)
        }
    }

    /// - Returns: `nil` when the value is no address.
    public init?(pythonValue value: PickleValue) {
        switch value {
        case .tuple(let parts) where parts.count == 2:
            guard let host = parts[0].text, case .int(let port) = parts[1] else { return nil }
            self = .tcp(host, port)
        case .string, .legacyString, .bytes:
            guard let path = String(pickled: value) ?? [UInt8](pickled: value).map({ String(decoding: $0, as: UTF8.self) }) else { return nil }
            self = path.hasPrefix("\0") ? .abstract(name: String(path.dropFirst())) : .unix(path)
        default: return nil
        }
    }
}
