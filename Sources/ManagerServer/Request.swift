import ManagedObjects
import Pickle

/// `(ident, methodname, args, kwds)`: what a client asks, with the arguments still pickled, and whether there may be proxies in these.
///
/// An `enum`, so that who switches over it takes the parts out, where a `struct` keeps its own until its end.
enum Request {
    case method(TargetMethod, Arguments, mayHoldProxies: Bool)
    case name(TargetName, Arguments, mayHoldProxies: Bool)

    init(_ target: CallTarget, _ arguments: consuming Arguments, mayHoldProxies: Bool) {
        self = switch target {
        case .method(let method): .method(method, arguments, mayHoldProxies: mayHoldProxies)
        case .name(let name): .name(name, arguments, mayHoldProxies: mayHoldProxies)
        }
    }

    var method: String {
        switch self {
        case .method(let target, _, _): target.method.name
        case .name(let target, _, _): target.method
        }
    }

    var arguments: Arguments {
        switch self {
        case .method(_, let arguments, _), .name(_, let arguments, _): arguments
        }
    }

    var mayHoldProxies: Bool {
        switch self {
        case .method(_, _, let mayHoldProxies), .name(_, _, let mayHoldProxies): mayHoldProxies
        }
    }
}

/// Reads requests. One for each session, since its tables are used again.
struct RequestReader {
    private let limits: PickleLimits
    private var scanner: PickleScanner
    private let unpickler: Unpickler
    private let objects: ObjectTable
    private var targets = RecentTargets()
    /// The protocol of the request that was read last, at which its peer is answered.
    private(set) var peerProtocol = PickleProtocol.v2

    init(limits: PickleLimits, objects: ObjectTable) {
        self.limits = limits
        scanner = PickleScanner(limits: limits)
        unpickler = Unpickler(limits: limits)
        self.objects = objects
    }

    /// - Throws: ``PickleError`` when the bytes are no pickle, or not one of a request.
    mutating func read(_ frame: FrameBytes) throws(PickleError) -> Request {
        if let request = plain(frame) { return request }
        defer { peerProtocol = max(scanner.protocolVersion, .v2) }
        if let request = try scanned(frame.bytes, in: frame.storage) { return request }
        return try decoded(frame.bytes)
    }

    /// The shortest way, that of nearly all requests: arguments that hold no others, and a target that has been asked for before.
    private mutating func plain(_ frame: FrameBytes) -> Request? {
        let bytes = frame.bytes
        guard bytes.count <= limits.size, let call = PlainCall(bytes), let target = targets[UnsafeRawBufferPointer(rebasing: bytes[call.target])]
        else { return nil }
        peerProtocol = max(call.protocolVersion, .v2)
        return Request(target, Arguments(call.arguments(of: bytes, in: frame.storage)), mayHoldProxies: false)
    }

    /// The way of any other request that is well made: the arguments are cut out as they stand.
    private mutating func scanned(_ bytes: UnsafeRawBufferPointer, in storage: ArraySlice<UInt8>?) throws(PickleError) -> Request? {
        guard let root = try scanner.scan(bytes), scanner.elementCount(of: root) == 4,
            let object = scanner.element(0, of: root),
            let name = scanner.element(1, of: root), let target = target(object, name, of: bytes),
            let tuple = scanner.element(2, of: root), let count = scanner.elementCount(of: tuple),
            let named = scanner.element(3, of: root), let keywords = try keywords(named, of: bytes)
        else { return nil }
        var positional: [Fragment] = []
        positional.reserveCapacity(count)
        for number in 0..<count {
            guard let element = scanner.element(number, of: tuple), let fragment = scanner.fragment(element, of: bytes, in: storage) else { return nil }
            positional.append(fragment)
        }
        return Request(target, Arguments(positional, keywords: keywords), mayHoldProxies: scanner.hasReduction)
    }

    /// - Returns: `nil` when the two are no names, or refer to what stands elsewhere in the pickle.
    private mutating func target(_ object: PickleScanner.Span, _ method: PickleScanner.Span, of bytes: UnsafeRawBufferPointer) -> CallTarget? {
        let opcodes = UnsafeRawBufferPointer(rebasing: bytes[object.start..<method.end])
        if let target = targets[opcodes] { return target }
        let identifier = scanner.text(object, of: bytes)
        guard identifier != nil || scanner.isNone(object, of: bytes), let name = scanner.text(method, of: bytes) else { return nil }
        let target = self.target(identifier, name)
        if let target { targets.insert(target, opcodes) }
        return target ?? .name(TargetName(identifier, name))
    }

    /// - Returns: `nil` when there is no such object.
    private func target(_ identifier: String?, _ method: String) -> CallTarget? {
        guard let identifier else { return .name(TargetName(nil, method)) }
        return objects.target(identifier, method)
    }

    private mutating func keywords(_ span: PickleScanner.Span, of bytes: UnsafeRawBufferPointer) throws(PickleError) -> [(name: String, value: Fragment)]? {
        if scanner.isEmptyDictionary(span, of: bytes) { return [] }
        guard let keywords = scanner.fragment(span, of: bytes) else { return nil }
        return try self.keywords(keywords.value())
    }

    /// The way that is always right: the whole pickle is read and the arguments are pickled again.
    private func decoded(_ bytes: UnsafeRawBufferPointer) throws(PickleError) -> Request {
        let parts = try elements(unpickler.load(bytes))
        guard parts.count == 4, parts[0] == .none || parts[0].text != nil, let method = parts[1].text else { throw Self.notARequest }
        var positional: [Fragment] = []
        for element in try elements(parts[2]) { positional.append(try Fragment(element, at: peerProtocol)) }
        let target = target(parts[0].text, method) ?? .name(TargetName(parts[0].text, method))
        return Request(target, Arguments(positional, keywords: try keywords(parts[3])), mayHoldProxies: true)
    }

    private func elements(_ value: PickleValue) throws(PickleError) -> PickleElements {
        switch value {
        case .tuple(let elements), .list(let elements): elements
        default: throw Self.notARequest
        }
    }

    private func keywords(_ value: PickleValue) throws(PickleError) -> [(name: String, value: Fragment)] {
        guard case .dictionary(let entries) = value else { throw Self.notARequest }
        var keywords: [(name: String, value: Fragment)] = []
        for (key, value) in entries {
            guard let name = key.text else { throw Self.notARequest }
            keywords.append((name, try Fragment(value, at: peerProtocol)))
        }
        return keywords
    }

    private static let notARequest = PickleError(.unrepresentable("not a request: (ident, methodname, args, kwds) is expected"))
}
