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

    /// Multiplicative hashing (Knuth, The Art of Computer Programming, 6.4) of the last words, in which the method and the identifier's last digits
    /// stand. A peer that knows it can only slow itself down.
    private func place(_ opcodes: UnsafeRawBufferPointer) -> Int {
        guard opcodes.count >= 24 else { return 0 }
        func word(_ number: Int) -> UInt64 { opcodes.loadUnaligned(fromByteOffset: opcodes.count - 8 * number, as: UInt64.self) }
        let hash = word(1) &* 0x9e37_79b9_7f4a_7c15 ^ word(2) &* 0xc2b2_ae3d_27d4_eb4f ^ word(3) &* 0x1656_67b1_9e37_79f9
        return Int(hash >> 60)
    }
}
