import Glibc

/// The file to which a server writes who did what, a JSON object a line. It holds no value and no key.
///
/// A thread of its own writes, so that nobody waits for the disk. What cannot be written is kept and tried again each second, up to a limit; what comes
/// beyond is lost, and the next line that finds room stands behind one that says how many were. Calls go on meanwhile.
final class AuditLog: Sendable {
    /// Bytes that are kept until they can be written.
    static let capacity = 16 << 20

    private struct State {
        var pending: [UInt8] = []
        /// Bytes that the writer has taken and not written yet.
        var unwritten = 0
        /// Lines that found no room.
        var lost = 0
        var isReopening = false
        var isEnding = false
        var hasEnded = false
        /// Who waits for the end.
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Monitor(State())
    private let capacity: Int

    /// Opens the file, to which lines are added.
    ///
    /// - Parameter report: is told when writing begins to fail, why, and with `nil` when it works again.
    /// - Throws: ``AuditError``
    init(path: String, capacity: Int = AuditLog.capacity, report: @escaping @Sendable (AuditError?) -> Void) throws(AuditError) {
        self.capacity = capacity
        let file = try AuditFile(path: path)
        guard SystemThread.run({ [self] in write(to: file, report) }) else { throw AuditError(path: path, code: errno) }
    }

    /// Adds a line, without waiting.
    func add(_ line: [UInt8]) {
        state.withLock { state in
            guard !state.isEnding, state.pending.count + state.unwritten + line.count <= capacity else { return state.lost += 1 }
            if state.lost > 0 { state.pending += AuditLine.lost(state.lost) }
            state.lost = 0
            state.pending += line
        }
        state.signal()
    }

    /// Opens the file by its name again, since the one that was open has been moved away. Where that fails, the old one stays in use.
    func reopen() {
        state.withLock { $0.isReopening = true }
        state.signal()
    }

    /// Writes what is left, as far as that can be written, and ends.
    func close() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                state.isEnding = true
                if !state.hasEnded { state.waiting.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() } else { state.signal() }
        }
    }
}

// MARK: - The writer

extension AuditLog {
    private struct Order {
        let bytes: [UInt8]
        let isReopening: Bool
        let isLast: Bool
    }

    private func write(to file: AuditFile, _ report: (AuditError?) -> Void) {
        var (file, rest, isFailing, isLast) = (file, [UInt8](), false, false)
        while !isLast {
            let order = nextOrder(unwritten: rest.count)
            isLast = order?.isLast ?? false
            if order?.isReopening == true { reopen(&file, &rest, report) }
            rest += order?.bytes ?? []
            let failure = file.write(&rest)
            if (failure != nil) != isFailing { report(failure) }
            isFailing = failure != nil
        }
        file.close()
        let waiting = state.withLock { state in
            state.hasEnded = true
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits for something to do.
    ///
    /// - Parameter unwritten: how many bytes could not be written.
    /// - Returns: `nil` when it is time to try again to write them.
    private func nextOrder(unwritten: Int) -> Order? {
        state.wait(seconds: unwritten > 0 ? 1 : 3_600) { state in
            state.unwritten = unwritten
            let hasWork = unwritten == 0 && !state.pending.isEmpty
            guard hasWork || state.isReopening || state.isEnding else { return nil }
            let order = Order(bytes: state.pending, isReopening: state.isReopening, isLast: state.isEnding)
            state.unwritten += state.pending.count
            (state.pending, state.isReopening) = ([], false)
            return order
        } atTimeout: { _ in }
    }

    /// A line of which a part is in the old file does not go on in the new one.
    private func reopen(_ file: inout AuditFile, _ rest: inout [UInt8], _ report: (AuditError?) -> Void) {
        do throws(AuditError) {
            let new = try AuditFile(path: file.path)
            if !file.isAtStartOfLine {
                rest.removeFirst(rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rest.count)
                rest = AuditLine.lost(1) + rest
            }
            file.close()
            file = new
        } catch {
            report(error)
        }
    }
}
