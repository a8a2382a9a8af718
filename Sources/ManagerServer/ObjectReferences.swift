import ManagedObjects
import Pickle

/// The references that one value in a managed object has to other objects, through the proxies that it holds.
///
/// They live as long as the value does, wherever it goes: into a container, through a queue, to a peer. CPython keeps such
/// objects for ever.
final class ObjectReferences: ReferenceOwner {
    private let table: ObjectTable
    /// The object in which the value is.
    private let holder: String
    let identifiers: [String]

    /// - Returns: `nil` when there is no proxy of an object of the table in the value.
    init?(in value: PickleValue, of table: ObjectTable, holder: String) {
        let tokens = Set(value.instances.compactMap { ProxyToken($0)?.identifier })
        identifiers = table.hold(tokens, by: holder)
        self.table = table
        self.holder = holder
        if identifiers.isEmpty { return nil }
    }

    deinit {
        table.letGo(identifiers, by: holder)
    }

    func owner(ofPart value: PickleValue) -> (any FragmentOwner)? {
        ObjectReferences(in: value, of: table, holder: holder)
    }

    func contents(of identifier: String) throws(PythonException) -> Fragment? {
        try table.object(identifier)?.contents()
    }
}

extension ObjectTable {
    /// Arguments whose proxies keep the objects alive that they refer to.
    ///
    /// - Parameter holder: the identifier of the object that is called, or that is being made of them.
    func claim(_ arguments: Arguments, for holder: String) -> Arguments {
        var claimed = arguments
        claimed.positional = arguments.positional.map { claim($0, for: holder) }
        claimed.keywords = arguments.keywords.map { ($0.name, claim($0.value, for: holder)) }
        return claimed
    }

    private func claim(_ fragment: Fragment, for holder: String) -> Fragment {
        guard fragment.mayHoldProxy, let value = try? fragment.value() else { return fragment }
        return fragment.owned(by: ObjectReferences(in: value, of: self, holder: holder))
    }
}

extension Fragment {
    /// Whether the opcodes name the function that rebuilds a proxy.
    fileprivate var mayHoldProxy: Bool {
        let name = Array("RebuildProxy".utf8)
        return body.withUnsafeBytes { bytes in
            guard var rest = Optional(bytes[...]), bytes.count > name.count else { return false }
            while let start = rest.firstIndex(of: name[0]) {
                if rest[start...].starts(with: name) { return true }
                rest = rest[(start + 1)...]
            }
            return false
        }
    }
}
