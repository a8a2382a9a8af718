import Glibc

/// The targets of a session's latest calls, by the opcodes that name them.
struct RecentTargets {
    private var targets = [(opcodes: [UInt8], target: CallTarget)?](repeating: nil, count: 1 << 4)

    /// More opcodes are not kept, in bytes.
    private static let maximumLength = 128

    /// - Returns: `nil` when there was none among the latest.
    subscript(opcodes: UnsafeRawBufferPointer) -> CallTarget? {
        get {
            guard let recent = targets[place(opcodes)], recent.opcodes.count == opcodes.count else { return nil }
            return recent.opcodes.withUnsafeBytes { memcmp($0.baseAddress!, opcodes.baseAddress!, opcodes.count) } == 0 ? recent.target : nil
        }
        set {
            guard opcodes.count <= Self.maximumLength else { return }
            targets[place(opcodes)] = newValue.map { (Array(opcodes), $0) }
        }
    }

    /// Multiplicative hashing (Knuth, The Art of Computer Programming, 6.4) of the opcodes' words. A peer that knows it can only slow itself down.
    private func place(_ opcodes: UnsafeRawBufferPointer) -> Int {
        var hash = UInt64(opcodes.count)
        func add(wordAt offset: Int) { hash = (hash ^ opcodes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x9e37_79b9_7f4a_7c15 }
        for offset in stride(from: 0, through: opcodes.count - 8, by: 8) { add(wordAt: offset) }
        if opcodes.count >= 8 { add(wordAt: opcodes.count - 8) }
        return Int(hash >> 60)
    }
}
