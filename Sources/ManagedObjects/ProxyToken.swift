public import Pickle

/// A proxy as it stands in a value: a call of `RebuildProxy` with the `Token` of the object that it refers to.
///
/// Source: CPython `Lib/multiprocessing/managers.py`, `BaseProxy.__reduce__`.
public struct ProxyToken: Sendable {
    /// The name that the object's type is registered under: `list`.
    public let typeID: String
    /// Where the object's server is, as Python has it: `(host, port)` or a path.
    public let address: PickleValue
    /// The object's identifier on its server.
    public let identifier: String

    public static let rebuild = PickleGlobal(module: "multiprocessing.managers", name: "RebuildProxy")
    public static let token = PickleGlobal(module: "multiprocessing.managers", name: "Token")

    /// - Returns: `nil` when the instance is no proxy.
    public init?(_ instance: PickleInstance) {
        guard instance.global == Self.rebuild, case let arguments = instance.arguments, arguments.count >= 2,
            case .instance(let token) = arguments[1]
        else { return nil }
        self.init(token: token)
    }

    /// - Returns: `nil` when the instance is no `Token`.
    public init?(token: PickleInstance) {
        guard token.global == Self.token, case .tuple(let state)? = token.state, state.count == 3,
            let typeID = state[0].text, let identifier = state[2].text
        else { return nil }
        (self.typeID, address, self.identifier) = (typeID, state[1], identifier)
    }
}

extension PickleValue {
    /// What the value refers to, when it is a proxy itself.
    public var proxyToken: ProxyToken? {
        if case .instance(let instance) = self { ProxyToken(instance) } else { nil }
    }
}

/// The owner of a value that holds proxies of objects on the same server: keeps these objects alive.
public protocol ReferenceOwner: FragmentOwner {
    /// What an object holds, by value.
    ///
    /// - Returns: `nil` when there is no such object.
    /// - Throws: `TypeError` when the object cannot be had by value.
    func contents(of identifier: String) throws(PythonException) -> Fragment?
}

extension Arguments {
    /// The arguments as a method sees them that iterates over them: what is a proxy of an object on this server is replaced by what
    /// the object holds.
    func readingProxies() throws(PythonException) -> Arguments {
        var read = self
        for index in positional.indices { read.positional[index] = try positional[index].readingProxy() }
        return read
    }
}

extension Fragment {
    /// What the object holds that this refers to, when it is a proxy of an object on this server; otherwise itself.
    func readingProxy() throws(PythonException) -> Fragment {
        guard let owner = owner as? any ReferenceOwner, let token = try pythonValue().proxyToken else { return self }
        return try owner.contents(of: token.identifier) ?? self
    }
}
