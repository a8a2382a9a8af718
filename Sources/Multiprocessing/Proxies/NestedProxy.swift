import ManagedObjects
import ManagerConnection
import Pickle

/// A proxy inside a value, as Python's proxies pickle themselves: whoever reads it has a proxy of the same object.
///
/// Source: CPython `Lib/multiprocessing/managers.py`, `BaseProxy.__reduce__` and `RebuildProxy`.
enum NestedProxy {
    /// The client by which the value came that is being decoded.
    @TaskLocal static var reader: ManagerClient?

    private static let module = "multiprocessing.managers"

    /// `RebuildProxy(ListProxy, Token(typeid, address, id), 'pickle', {})`
    static func value(of reference: ObjectReference) -> PickleValue {
        let token = PickleInstance(
            .global(ProxyToken.token), construction: .new,
            state: .tuple([.string(reference.typeID), reference.client.address.pythonValue, .string(reference.identifier)]))
        let type = PickleGlobal(module: module, name: proxyTypes[reference.typeID] ?? "AutoProxy")
        return .instance(PickleInstance(
            .global(PickleGlobal(module: module, name: "RebuildProxy")),
            [.global(type), .instance(token), .string("pickle"), .dictionary([:])]))
    }

    /// The types of `SyncManager` that have a proxy class of their own.
    private static let proxyTypes = [
        "list": "ListProxy", "dict": "DictProxy", "set": "SetProxy", "Namespace": "NamespaceProxy", "Value": "ValueProxy",
        "Array": "ArrayProxy", "Event": "EventProxy", "Lock": "AcquirerProxy", "RLock": "AcquirerProxy", "Semaphore": "AcquirerProxy",
        "BoundedSemaphore": "AcquirerProxy", "Condition": "ConditionProxy", "Barrier": "BarrierProxy", "Iterator": "IteratorProxy",
        "Pool": "PoolProxy",
    ]

    /// A reference to the object that a nested proxy stands for; `nil` for any other value.
    static func reference(_ value: PickleValue) -> ObjectReference? {
        guard case .instance(let instance) = value, let token = ProxyToken(instance) else { return nil }
        let (address, reader) = (address(in: instance), reader)
        let client: ManagerClient? =
            if let reader, address == nil || address == reader.address {
                reader
            } else {
                address.map { ManagerClient.shared(address: $0, authkey: reader?.authkey ?? AuthenticationKey(CurrentProcess.authkey)) }
            }
        return client.map { ObjectReference(sharing: token.identifier, typeID: token.typeID, client: $0) }
    }

    private static func address(in proxy: PickleInstance) -> ManagerAddress? {
        guard case .instance(let token) = proxy.arguments[1], case .tuple(let state)? = token.state else { return nil }
        return ManagerAddress(pythonValue: state[1])
    }
}

extension ManagerAddress {
    /// As Python writes it: `(host, port)` or a path.
    fileprivate var pythonValue: PickleValue {
        switch self {
        case .tcp(let host, let port): .tuple([.string(host), .int(port)])
        case .unix(let path): .string(path)
        case .abstract(let name): .string("\0" + name)
        }
    }

    fileprivate init?(pythonValue: PickleValue) {
        switch pythonValue {
        case .tuple(let parts) where parts.count == 2:
            guard let host = parts[0].text, case .int(let port) = parts[1] else { return nil }
            self = .tcp(host, port)
        default:
            guard let path = pythonValue.text else { return nil }
            self = path.first == "\0" ? .abstract(name: String(path.dropFirst())) : .unix(path)
        }
    }
}
