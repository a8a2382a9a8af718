import ManagedObjects
import Pickle

extension ObjectTable {
    /// A value that holds proxies, as a peer's Python expects it. In Python 2 a proxy that is put into a managed object stands for the
    /// object itself, so it is read back by value.
    func delivered(_ fragment: Fragment, to python: PythonVersion) -> Fragment {
        guard python.isPython2 else { return fragment }
        return (try? inlined(fragment, within: [])) ?? fragment
    }

    /// - Parameter outer: the objects in which this value is; a proxy of one of these stays a proxy.
    private func inlined(_ fragment: Fragment, within outer: Set<String>) throws(PythonException) -> Fragment {
        let value = try fragment.pythonValue().replacingInstances { (instance) throws(PythonException) -> PickleValue? in
            guard let identifier = ProxyToken(instance)?.identifier, !outer.contains(identifier),
                let object = self.object(identifier), let contents = try? object.contents()
            else { return nil }
            let inner = contents.owner == nil ? contents : try self.inlined(contents, within: outer.union([identifier]))
            return try inner.pythonValue()
        }
        return try .python(value, at: .v2)
    }
}
