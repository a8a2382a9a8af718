import ManagedObjects
import Pickle
import Synchronization

/// The objects of one server, by the identifier under which proxies know them, and who refers to them.
///
/// An object lives as long as a client has a reference, or a value in another living object holds a proxy of it. Objects that
/// only refer to each other are freed: a list that was put into itself, say.
final class ObjectTable: Sendable {
    /// An object's place in the table, which is known also where it is called by its identifier again and again.
    final class Entry: @unchecked Sendable {
        // Proof: the object has a lock of its own; the rest is touched behind the table's only.
        private let held: Mutex<HostedObject?>
        /// What it is registered as: the name of its type, or the one under which it is shared.
        fileprivate let name: String
        /// How many references clients have.
        fileprivate var references: Int
        /// How many values refer to it, by the object in which they are.
        fileprivate var holders: [String: Int] = [:]
        /// Registered as one object for all: it stays.
        private let isPinned: Bool

        fileprivate init(_ object: HostedObject, name: String, references: Int, isPinned: Bool = false) {
            held = Mutex(object)
            self.name = name
            self.references = references
            self.isPinned = isPinned
        }

        fileprivate func addReference() { references += 1 }
        fileprivate var isUsedByClients: Bool { references > 0 || isPinned }
        /// `nil` once it has been taken out.
        var object: HostedObject? { held.withLock { $0 } }
        fileprivate func takeObject() -> HostedObject? { held.withLock { $0.take() } }
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var pinned: [ObjectIdentifier: String] = [:]
        var lastNumber: Int
        /// How many objects have been left with nothing but values that refer to them, since rings were looked for.
        var suspects = 0
        /// Objects that no one refers to any more.
        var dead: [HostedObject] = []
        var isFreeing = false
    }

    private let state: Mutex<State>
    /// A random number, another for each table. The identifiers count from it, so that none of an earlier server's, or of another one's, is
    /// mistaken for one of this server's: of 2⁶⁰ numbers a server uses one for each object.
    let epoch: Int

    /// - Parameter shared: the objects that are registered as one for all, with their names.
    init(pinning shared: [(name: String, object: HostedObject)]) {
        epoch = Int.random(in: Self.epochs)
        state = Mutex(State(lastNumber: epoch))
        for (name, object) in shared {
            let identifier = newIdentifier()
            state.withLock { state in
                state.pinned[ObjectIdentifier(object)] = identifier
                state.entries[identifier] = Entry(object, name: name, references: 0, isPinned: true)
            }
        }
    }

    /// Of fifteen hexadecimal digits, what a `String` holds without an allocation; with room for all objects of a server above them.
    private static let epochs = 0x100_0000_0000_0000 ..< 0xf00_0000_0000_0000

    /// An identifier that no object had before.
    func newIdentifier() -> String {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return String(number, radix: 16)
    }

    /// Puts an object in with one more reference.
    ///
    /// - Parameters:
    ///   - name: what it is registered as.
    ///   - identifier: what it is to be called, when it has no identifier yet.
    /// - Returns: its identifier.
    func insert(_ object: HostedObject, named name: String, as identifier: String) -> String {
        state.withLock { state in
            if let known = state.pinned[ObjectIdentifier(object)] {
                state.entries[known]?.addReference()
                return known
            }
            state.entries[identifier] = Entry(object, name: name, references: 1)
            return identifier
        }
    }

    func object(_ identifier: String) -> HostedObject? {
        state.withLock { $0.entries[identifier]?.object }
    }

    /// What a call of an object asks for; `nil` when there is no such object.
    func target(_ identifier: String, _ method: String) -> CallTarget? {
        guard let entry = state.withLock({ $0.entries[identifier] }), let object = entry.object else { return nil }
        if let method = object.method(method) { return .method(TargetMethod(identifier, entry, method)) }
        return .name(TargetName(identifier, method))
    }

    /// What the object is registered as; `nil` when there is none.
    func name(of identifier: String) -> String? {
        state.withLock { $0.entries[identifier]?.name }
    }

    /// How many objects clients refer to, as CPython counts them.
    var count: Int { state.withLock { $0.entries.count { $0.value.references > 0 } } }

    /// Every object with its references, by identifier.
    var all: [(identifier: String, object: HostedObject, references: Int)] {
        state.withLock { state in
            state.entries.sorted { $0.key < $1.key }.compactMap { identifier, entry in entry.object.map { (identifier, $0, entry.references) } }
        }
    }
}

// MARK: - References

extension ObjectTable {
    /// A client refers to the object once more.
    ///
    /// - Throws: `KeyError`
    func addReference(_ identifier: String) throws(PythonException) {
        let known = state.withLock { $0.entries[identifier]?.addReference() != nil }
        guard known else { throw .keyError(.string(identifier)) }
    }

    /// A client refers to the object once less.
    ///
    /// - Throws: `KeyError`; `AssertionError` when no client refers to it.
    func dropReference(_ identifier: String) throws(PythonException) {
        let count = state.withLock { state -> Int? in
            guard let count = state.entries[identifier]?.references else { return nil }
            if count > 0 {
                state.entries[identifier]?.references = count - 1
                Self.bury(identifier, in: &state)
            }
            return count
        }
        guard let count else { throw .keyError(.string(identifier)) }
        guard count > 0 else { throw PythonException("AssertionError", "Id \(identifier) has no references") }
        free()
    }

    /// A value holds proxies.
    ///
    /// - Returns: those of the objects that are there.
    func hold(_ identifiers: some Sequence<String>, by holder: String) -> [String] {
        state.withLock { state in
            var known: [String] = []
            for identifier in identifiers {
                guard let entry = state.entries[identifier] else { continue }
                entry.holders[holder, default: 0] += 1
                known.append(identifier)
            }
            return known
        }
    }

    /// A value that held proxies is gone.
    func letGo(_ identifiers: [String], by holder: String) {
        state.withLock { state in
            for identifier in identifiers {
                guard let count = state.entries[identifier]?.holders[holder] else { continue }
                state.entries[identifier]?.holders[holder] = count > 1 ? count - 1 : nil
                Self.bury(identifier, in: &state)
            }
        }
        free()
    }
}

// MARK: - The end of objects

extension ObjectTable {
    /// Takes an object out when no one refers to it. One that is only referred to by values may be part of a ring of objects that no
    /// client can reach: when there are many such suspects, the rings among them are looked for.
    private static func bury(_ identifier: String, in state: inout State) {
        guard let entry = state.entries[identifier], !entry.isUsedByClients else { return }
        guard !entry.holders.isEmpty else {
            remove(identifier, entry, from: &state)
            return
        }
        state.suspects += 1
        // So often that it costs a few steps for each suspect, however many objects there are.
        if 8 * state.suspects >= state.entries.count { buryUnreachable(in: &state) }
    }

    private static func buryUnreachable(in state: inout State) {
        state.suspects = 0
        let reachable = reachable(in: state.entries)
        for (identifier, entry) in state.entries where !reachable.contains(identifier) {
            remove(identifier, entry, from: &state)
        }
    }

    private static func remove(_ identifier: String, _ entry: Entry, from state: inout State) {
        state.entries[identifier] = nil
        if let object = entry.takeObject() { state.dead.append(object) }
    }

    /// What clients refer to, and what these objects refer to in turn.
    ///
    /// A holder that is in the table no more, or not yet, lives outside it: its value is on its way to a peer.
    private static func reachable(in entries: [String: Entry]) -> Set<String> {
        var held: [String: [String]] = [:]
        var pending: [String] = []
        for (identifier, entry) in entries {
            for holder in entry.holders.keys { held[holder, default: []].append(identifier) }
            if entry.isUsedByClients || entry.holders.keys.contains(where: { entries[$0] == nil }) { pending.append(identifier) }
        }
        var reachable = Set(pending)
        while let next = pending.popLast() {
            for identifier in held[next] ?? [] where reachable.insert(identifier).inserted { pending.append(identifier) }
        }
        return reachable
    }

    /// Frees the dead outside the lock, for they may be large, and one after the other: freeing one may bury others, and a long
    /// chain of lists in lists must not recurse.
    private func free() {
        let begins = state.withLock { state in
            guard !state.isFreeing, !state.dead.isEmpty else { return false }
            state.isFreeing = true
            return true
        }
        guard begins else { return }
        while let object = nextDead() {
            if object.isLarge { Self.freeElsewhere(object) }
        }
    }

    /// Frees a large object on another thread than that of the connections, which would all wait for it.
    private static func freeElsewhere(_ object: consuming HostedObject) {
        let parcel = Parcel(object)
        Task(executorPreference: WorkThreads.shared) { parcel.discard() }
    }

    /// Holds the last reference to an object, so that it goes where the parcel is discarded.
    private final class Parcel: Sendable {
        private let object: Mutex<HostedObject?>
        init(_ object: consuming HostedObject) { self.object = Mutex(object) }
        func discard() { _ = object.withLock { $0.take() } }
    }

    private func nextDead() -> HostedObject? {
        state.withLock { state in
            let object = state.dead.popLast()
            state.isFreeing = object != nil
            return object
        }
    }
}
