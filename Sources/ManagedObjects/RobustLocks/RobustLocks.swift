import Glibc
import Pickle
import Synchronization

/// The robust locks of one server, which many threads use.
public final class RobustLocks: Sendable {
    let table: Mutex<LockTable>

    /// - Parameter lastToken: below all fencing tokens. By default the microseconds since 1970: a server that is started later then
    ///   begins above all tokens of this one, since no server lets a lock be acquired more than a million times a second; unless the
    ///   machine's clock is set back.
    public init(lastToken: Int = RobustLocks.microsecondsSince1970) {
        table = Mutex(LockTable(lastToken: lastToken))
    }

    /// By the machine's clock.
    public static var microsecondsSince1970: Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }
}

/// One robust lock among those of its server.
final class RobustLock: Sendable {
    let kind: LockKind
    private let locks: RobustLocks
    private let number: Int

    init(_ kind: LockKind, in locks: RobustLocks) {
        self.kind = kind
        self.locks = locks
        number = locks.table.withLock { $0.add(kind) }
    }

    deinit {
        locks.table.withLock { $0.remove(number) }
    }

    /// `<robust Lock 3, held by session 7, at 0x1>`
    func repr(address: String) -> PythonText {
        let sessions = tenures.map { String($0.session.rawValue) }
        let state = sessions.isEmpty ? "free" : "held by session \(sessions.joined(separator: ", "))"
        return "<robust \(kind.name) \(number), \(state), at \(address)>"
    }

    var tenures: [LockTenure] { locks.table.withLock { $0.tenures(of: number) } }

    func tenure(by session: SessionID) -> LockTenure? { locks.table.withLock { $0.tenure(of: number, by: session) } }

    func acquire(_ request: LockRequest, _ deadline: Deadline) throws(PythonException) -> LockTable.Acquisition {
        try locks.table.withLock { (table) throws(PythonException) in try table.acquire(number, request, deadline) }
    }

    func release(by session: SessionID, _ count: Int, _ effects: inout Effects) throws(PythonException) {
        try locks.table.withLock { (table) throws(PythonException) in try table.release(number, by: session, count, &effects) }
    }

    /// - Returns: what waited; `nil` when the call did not wait.
    func stopWaiting(_ call: CallID) -> LockRequest? { locks.table.withLock { $0.stopWaiting(number, call) } }

    func takeBack(_ call: CallID, _ effects: inout Effects) { locks.table.withLock { $0.takeBack(number, call, &effects) } }

    func end(_ session: SessionID, _ effects: inout Effects) { locks.table.withLock { $0.end(number, of: session, &effects) } }
}
