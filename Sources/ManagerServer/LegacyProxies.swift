import ManagedObjects
import Pickle

extension ObjectTable {
    /// A value that holds proxies, as a peer's Python expects it. In Python 2 a proxy that is put into a managed object stands for the
    /// object itself, so it is read back by value.
    func delivered(_ fragment: Fragment, to python: PythonVersion) -> Fragment {
        guard python.isPython2 else { return fragment }
        var reading = ProxyReading(table: self)
        guard let value = try? reading.value(of: fragment) else { return fragment }
        return (try? Fragment.python(value, at: .v2)) ?? fragment
    }
}

/// Puts what objects hold in the place of their proxies; an object that several proxies refer to is one in the result, too.
private struct ProxyReading {
    let table: ObjectTable
    private var contents: [String: PickleValue] = [:]
    /// The objects in which the value is that is being read: a proxy of one of these stays a proxy.
    private var outer: Set<String> = []

    init(table: ObjectTable) { self.table = table }

    mutating func value(of fragment: Fragment) throws(PythonException) -> PickleValue {
        let value = try fragment.pythonValue()
        guard fragment.owner != nil else { return value }
        return try value.replacingInstances { (instance) throws(PythonException) in
            ProxyToken(instance).flatMap { self.contents(of: $0.identifier) }
        }
    }

    /// - Returns: `nil` for an object that cannot be had by value.
    private mutating func contents(of identifier: String) -> PickleValue? {
        if let known = contents[identifier] { return known }
        guard outer.insert(identifier).inserted else { return nil }
        defer { outer.remove(identifier) }
        guard let fragment = try? table.object(identifier)?.contents(), let value = try? value(of: fragment) else { return nil }
        contents[identifier] = value
        return value
    }
}
