import ManagedObjects
import ManagerConnection
import ManagerServer
public import Pickle

/// A proxy as Python's proxies are pickled (`BaseProxy.__reduce__`), so that a value with a proxy in it means the same to Swift and to
/// Python programs, and the server knows what it refers to.
extension Proxy {
    /// Refers to the object from here, too. The key is the one that was sent along, that of the manager whose reply holds the proxy, or
    /// this process's own.
    public init?(pickled value: PickleValue) {
        guard case .instance(let instance) = value, let token = ProxyToken(instance), let address = ManagerAddress(pythonValue: token.address)
        else { return nil }
        let client = instance.sentKey.map { key in
            ManagerClient.shared(address: address, authkey: AuthenticationKey(key), configuration: ManagerConfiguration(tls: instance.sentTLS))
        }
            ?? ReplyDecoding.client(for: address)
        self.init(object: ObjectProxy(reference: ObjectReference(sharing: token.identifier, typeID: token.typeID, client: client)))
    }

    /// `RebuildProxy(class, token, 'pickle', {…})`. The key goes along only to a child process, as in CPython, and
    /// with it the TLS without which it is of no use.
    public var pickled: PickleValue {
        let reference = object.reference
        let keywords: PickleValue = AuthenticationKey.isForChild ? .dictionary(PickleEntries(Self.secrets(of: reference.client))) : [:]
        let proxyClass = PickleGlobal(module: ProxyToken.token.module, name: PythonProxyClass.name(of: reference.typeID))
        return .instance(PickleInstance(.global(ProxyToken.rebuild), [.global(proxyClass), .instance(reference.token), "pickle", keywords]))
    }

    private static func secrets(of client: ManagerClient) -> [(key: PickleValue, value: PickleValue)] {
        var secrets: [(key: PickleValue, value: PickleValue)] = [("authkey", .bytes(client.authkey.bytes))]
        if let tls = client.configuration.tls, let pickled = try? PickleEncoder().encode(tls) { secrets.append(("tls", pickled)) }
        return secrets
    }

    public init(from decoder: any Decoder) throws {
        guard let proxy = Self(pickled: try PickleValue(from: decoder)) else {
            throw DecodingError.typeMismatch(Self.self, .init(codingPath: decoder.codingPath, debugDescription: "a proxy is expected"))
        }
        self = proxy
    }

    public func encode(to encoder: any Encoder) throws {
        try pickled.encode(to: encoder)
    }
}

extension PickleInstance {
    /// The key among the keyword arguments of `RebuildProxy`.
    fileprivate var sentKey: [UInt8]? {
        keyword("authkey").flatMap { [UInt8](pickled: $0) }
    }

    /// The TLS that was sent along with the key.
    fileprivate var sentTLS: ClientTLS? {
        keyword("tls").flatMap { try? PickleDecoder().decode(ClientTLS.self, from: $0) }
    }

    private func keyword(_ name: String) -> PickleValue? {
        guard case .dictionary(let keywords)? = arguments.last else { return nil }
        return keywords.first { $0.key.text == name }?.value
    }
}

/// The classes of `multiprocessing.managers` that are proxies.
private enum PythonProxyClass {
    /// The class for a type that is registered under a name. Every Python has these; of others it asks the server for the methods.
    static func name(of typeID: String) -> String { names[typeID] ?? "AutoProxy" }

    private static let names = [
        "list": "ListProxy", "dict": "DictProxy", "Namespace": "NamespaceProxy", "Value": "ValueProxy", "Array": "ArrayProxy",
        "Event": "EventProxy", "Lock": "AcquirerProxy", "RLock": "AcquirerProxy", "Semaphore": "AcquirerProxy",
        "BoundedSemaphore": "AcquirerProxy", "RobustLock": "AcquirerProxy", "RobustRLock": "AcquirerProxy", "RobustSemaphore": "AcquirerProxy",
        "Condition": "ConditionProxy", "RobustCondition": "ConditionProxy", "Barrier": "BarrierProxy", "Iterator": "IteratorProxy",
    ]
}
