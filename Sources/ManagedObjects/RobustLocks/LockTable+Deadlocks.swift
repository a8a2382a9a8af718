import Pickle

// Only what is certain counts: waits without a limit, by which holders are kept from releasing. A wait with a limit ends by itself, and in a
// session that carries many calls another one may release.
extension LockTable {
    /// Each lock's holder waits for the next lock; the holder of the last makes the call that completes the ring.
    typealias Ring = [(lock: Int, holder: SessionID)]

    /// - Returns: `nil` when the call will not wait for ever, as far as can be known.
    func ring(completedBy request: LockRequest, for number: Int) -> Ring? {
        let reached = locks(reachedFrom: number, by: request)
        let ending = ending(of: reached, for: request)
        return ending.contains(number) ? nil : way(from: number, to: request, among: Set(reached).subtracting(ending))
    }

    func deadlock(_ ring: Ring) -> PythonException {
        let holders = ring.map { "\(name(of: $0.lock)) is held by session \($0.holder.rawValue)" }
        return .runtimeError("deadlock: \(holders.joined(separator: ", which waits for another: ")), whose holder makes this call")
    }

    /// The lock itself, those that its holders wait for, those that the holders of these wait for, and so on: nearer ones first.
    private func locks(reachedFrom number: Int, by request: LockRequest) -> [Int] {
        var (reached, known, position) = ([number], Set([number]), 0)
        while position < reached.count {
            for tenure in tenures(of: reached[position]) where !request.keeps(tenure) {
                reached += waits(of: tenure).filter { known.insert($0).inserted }
            }
            position += 1
        }
        return reached
    }

    /// Those of the locks that can be had some time: one of its holders waits for nothing, or only for locks that can be had.
    private func ending(of reached: [Int], for request: LockRequest) -> Set<Int> {
        var (ending, count) = (Set<Int>(), -1)
        while count < ending.count {
            count = ending.count
            // From the far end, where a holder is that does not wait, so that one pass is most often enough.
            for lock in reached.reversed() where !ending.contains(lock) {
                let ends = tenures(of: lock).contains { !request.keeps($0) && waits(of: $0).allSatisfy(ending.contains) }
                if ends { ending.insert(lock) }
            }
        }
        return ending
    }

    /// The shortest way to what the caller holds.
    private func way(from number: Int, to request: LockRequest, among locks: Set<Int>) -> Ring? {
        var (left, next, position) = (locks.subtracting([number]), [number], 0)
        var earlier: [Int: Ring.Element] = [:]
        while position < next.count {
            let lock = next[position]
            position += 1
            for tenure in tenures(of: lock) {
                if request.keeps(tenure) { return Self.ring(endingWith: (lock, tenure.session), earlier) }
                for further in waits(of: tenure) where left.remove(further) != nil {
                    earlier[further] = (lock, tenure.session)
                    next.append(further)
                }
            }
        }
        return nil
    }

    /// - Parameter earlier: by lock, whose holder waits for it.
    private static func ring(endingWith last: Ring.Element, _ earlier: [Int: Ring.Element]) -> Ring {
        var ring = [last]
        while let lock = ring.last?.lock, let link = earlier[lock] { ring.append(link) }
        return ring.reversed()
    }
}
