import CMemory
import Glibc
import ManagedObjects
import Pickle
import Synchronization

/// Whether the process has room for more values: its resident memory against a limit, looked at when calls come.
final class MemoryWatch: Sendable {
    /// Bytes that the process may have.
    let limit: Int
    private let file: CInt
    private let isFull = Atomic(false)
    /// When it was looked at last, and when freed memory was given back to the system last, in nanoseconds.
    private let lastLook = Atomic<Int64>(.min / 2)
    private let lastTrim = Atomic<Int64>(.min / 2)

    /// Between two looks; what comes in meanwhile is not noticed.
    private static let interval: Int64 = 10_000_000
    private static let trimInterval: Int64 = 1_000_000_000

    init(limit: Int) {
        self.limit = limit
        file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    }

    deinit { if file >= 0 { close(file) } }

    /// Whether calls that store something are to be refused.
    func isFull(at now: Timestamp) -> Bool {
        let last = lastLook.load(ordering: .relaxed)
        if now.nanoseconds - last > Self.interval,
            lastLook.compareExchange(expected: last, desired: now.nanoseconds, ordering: .relaxed).exchanged {
            isFull.store(look(at: now), ordering: .relaxed)
        }
        return isFull.load(ordering: .relaxed)
    }

    /// Much has been freed: the next call looks, however short a time ago another did.
    func lookAgain() { lastLook.store(.min / 2, ordering: .relaxed) }

    private func look(at now: Timestamp) -> Bool {
        guard residentSize > limit else { return false }
        // What was freed may be in the allocator's hands still.
        let last = lastTrim.load(ordering: .relaxed)
        if now.nanoseconds - last > Self.trimInterval,
            lastTrim.compareExchange(expected: last, desired: now.nanoseconds, ordering: .relaxed).exchanged {
            Task(executorPreference: WorkThreads.shared) { memory_release_free() }
        }
        return true
    }

    /// The second number of `/proc/self/statm`, in bytes; 0 where there is none.
    private var residentSize: Int {
        withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { buffer in
            let count = pread(file, buffer.baseAddress, buffer.count, 0)
            guard count > 0 else { return 0 }
            let pages = buffer[..<count].split(separator: UInt8(ascii: " ")).dropFirst().first?.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            return (pages ?? 0) * Int(getpagesize())
        }
    }

    /// Python's `MemoryError`.
    var error: PythonException {
        PythonException("MemoryError", "the manager's server has no room for more: it may use \(limit >> 20) MiB of memory; take values out, or give it more")
    }

    /// Three quarters of the memory that the machine, or the group of processes that this one is in, has.
    static var defaultLimit: Int {
        let machine = max(sysconf(CInt(_SC_PHYS_PAGES)), 1) * Int(getpagesize())
        return min(machine, groupLimit ?? machine) / 4 * 3
    }

    /// `memory.max` of the control group; `nil` when there is none.
    private static var groupLimit: Int? {
        let file = open("/sys/fs/cgroup/memory.max", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 64)
        let count = read(file, &text, text.count)
        return count > 0 ? Int(String(decoding: text[..<count], as: UTF8.self).prefix { $0.isNumber }) : nil
    }
}
