import ManagerConnection
import Pickle

/// A target on its way to another process: the mangled name of its type, and its fields.
struct EncodedTarget: Codable, Equatable, Sendable {
    var typeName: String
    var fields: [UInt8]

    init(typeName: String, fields: [UInt8]) {
        self.typeName = typeName
        self.fields = fields
    }

    /// - Throws: `ProcessError` (`unsendableTarget`) when the type has no name that a child can find, or a field cannot be encoded.
    init<Target: ProcessTarget>(_ target: Target) throws(ProcessError) {
        typeName = try Self.name(of: Target.self)
        fields = try Self.fields(of: target)
    }

    /// The value's fields, pickled.
    ///
    /// - Throws: `ProcessError` (`unsendableTarget`) when a field cannot be encoded.
    static func fields(of value: some Encodable) throws(ProcessError) -> [UInt8] {
        do {
            return try pickle(value)
        } catch {
            throw unsendable(value, error)
        }
    }

    /// Makes the target again, in the child.
    ///
    /// - Throws: `ProcessError` when this program has no such type; what `init(from:)` throws.
    func decode() throws -> any ProcessTarget {
        guard let type = _typeByName(typeName) as? any ProcessTarget.Type else {
            throw ProcessError(.cannotStart, "this program has no ProcessTarget with the mangled name \(typeName)")
        }
        return try Self.unpickle(type, from: fields)
    }

    static func pickle(_ value: some Encodable) throws -> [UInt8] {
        try AuthenticationKey.$isForChild.withValue(true) { try Pickler(.v5).dump(PickleEncoder().encode(value)) }
    }

    static func unpickle<Value: Decodable>(_ type: Value.Type, from fields: [UInt8]) throws -> Value {
        try PickleDecoder().decode(type, from: Unpickler().load(fields))
    }

    static func name(of type: Any.Type) throws(ProcessError) -> String {
        guard let name = _mangledTypeName(type), let found = _typeByName(name), found == type else {
            throw ProcessError(.unsendableTarget, """
                a child process cannot find the type \(type) by its name: declare it at file scope, \
                not inside a function and not private (the same holds for its generic arguments)
                """)
        }
        return name
    }

    static func unsendable(_ target: some Encodable, _ error: any Error) -> ProcessError {
        let field = failingField(of: target).map { ".\($0)" } ?? ""
        return ProcessError(.unsendableTarget, """
            \(type(of: target))\(field) cannot be sent to another process: \(reason(error)). \
            Give the child a value that can be encoded, or what it needs to make it again, such as a path or a proxy
            """)
    }

    /// The first field that cannot be encoded by itself; nil if the fault is elsewhere.
    private static func failingField(of target: some Encodable) -> String? {
        Mirror(reflecting: target).children.first { child in
            guard let value = child.value as? any Encodable else { return false }
            return (try? pickle(value)) == nil
        }?.label
    }

    private static func reason(_ error: any Error) -> String {
        guard case EncodingError.invalidValue(_, let context) = error else { return String(describing: error) }
        return context.debugDescription
    }
}
