import ManagedObjects
import Pickle
import Synchronization

/// The objects of one server, by the identifier under which proxies know them, and how many references there are.
final class ObjectTable: Sendable {
    private struct Entry {
        let object: HostedObject
        var references: Int
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// The identifiers that objects had, so that a shared one has the same each time.
        var sharedIdentifiers: [ObjectIdentifier: String] = [:]
        var lastNumber: UInt32 = 0
    }

    private let state = Mutex(State())
    /// Begins every identifier, so that none of an earlier server's is mistaken for one of this server's.
    private let epoch: String

    init() {
        let number = UInt32.random(in: 0x1000_0000 ... .max)
        epoch = String(number, radix: 16).prefix(7).description
    }

    /// Puts an object in with one more reference.
    ///
    /// - Returns: its identifier: the one that it has, or a new one that no object had before.
    func insert(_ object: HostedObject) -> String {
        state.withLock { state in
            if let known = state.sharedIdentifiers[ObjectIdentifier(object)], state.entries[known] != nil {
                state.entries[known]?.references += 1
                return known
            }
            state.lastNumber += 1
            let identifier = epoch + Self.padded(state.lastNumber)
            state.entries[identifier] = Entry(object: object, references: 1)
            state.sharedIdentifiers[ObjectIdentifier(object)] = identifier
            return identifier
        }
    }

    /// Eight digits: with the epoch's seven, what a `String` holds without an allocation.
    private static func padded(_ number: UInt32) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    func object(_ identifier: String) -> HostedObject? {
        state.withLock { $0.entries[identifier]?.object }
    }

    /// - Throws: `KeyError`
    func addReference(_ identifier: String) throws(PythonException) {
        let known = state.withLock { $0.entries[identifier]?.addReference() != nil }
        guard known else { throw .keyError(.string(identifier)) }
    }

    /// The last reference takes the object with it.
    ///
    /// - Throws: `KeyError`
    func dropReference(_ identifier: String) throws(PythonException) {
        // The object is freed outside the lock: it may be large.
        let removed = state.withLock { state -> Entry?? in
            guard var entry = state.entries[identifier] else { return .none }
            entry.references -= 1
            guard entry.references == 0 else {
                state.entries[identifier] = entry
                return .some(nil)
            }
            state.sharedIdentifiers[ObjectIdentifier(entry.object)] = nil
            return .some(state.entries.removeValue(forKey: identifier))
        }
        guard removed != nil else { throw .keyError(.string(identifier)) }
    }

    var count: Int { state.withLock { $0.entries.count } }

    /// Every object with its references, by identifier.
    var all: [(identifier: String, object: HostedObject, references: Int)] {
        state.withLock { state in
            state.entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value.object, $0.value.references) }
        }
    }
}

extension ObjectTable.Entry {
    fileprivate mutating func addReference() { references += 1 }
}
