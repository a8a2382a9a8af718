/// Which locks are waited for without a limit of time, by whom, and what cannot be released meanwhile.
struct EndlessWaits: Sendable {
    /// What cannot be released while a call waits.
    private enum Kept: Hashable {
        /// All that a session holds which makes one call at a time.
        case session(SessionID)
        /// What was acquired by another session, and was named by the call that waits.
        case tenure(Int)
    }

    private var locks: [Kept: [Int]] = [:]

    /// The locks that the holder waits for.
    func locks(before tenure: LockTenure) -> [Int] {
        locks[.tenure(tenure.origin), default: []] + locks[.session(tenure.session), default: []]
    }

    mutating func insert(_ request: LockRequest, for lock: Int) {
        for kept in kept(by: request) { locks[kept, default: []].append(lock) }
    }

    /// - Parameter request: it may be one that waits no longer than its time, and is not here.
    mutating func remove(_ request: LockRequest, for lock: Int) {
        guard request.isEndless else { return }
        for kept in kept(by: request) {
            guard var rest = locks[kept], let position = rest.firstIndex(of: lock) else { continue }
            rest.remove(at: position)
            locks[kept] = rest.isEmpty ? nil : rest
        }
    }

    private func kept(by request: LockRequest) -> [Kept] {
        request.kept.map(Kept.tenure) + (request.sessionIsShared ? [] : [.session(request.call.session)])
    }
}
