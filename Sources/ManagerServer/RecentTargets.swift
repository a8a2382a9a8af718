import Glibc

/// The targets of a session's latest calls, by the opcodes that name them.
struct RecentTargets {
    private struct Recent {
        let hash: UInt64
        let opcodes: [UInt8]
        let target: CallTarget
    }

    private var targets: [Recent] = []
    /// Which is replaced by the next, once there are as many as may be.
    private var oldest = 0

    /// So few that they are looked through one after the other. A table by hash would hold two in one place now and then, and some sessions would be slow.
    private static let capacity = 16
    /// More opcodes are not kept, in bytes.
    private static let maximumLength = 128

    /// - Returns: `nil` when there was none among the latest.
    subscript(opcodes: UnsafeRawBufferPointer) -> CallTarget? {
        let hash = Self.hash(opcodes)
        for index in targets.indices where targets[index].hash == hash && Self.isEqual(targets[index].opcodes, opcodes) {
            return targets[index].target
        }
        return nil
    }

    mutating func insert(_ target: CallTarget, _ opcodes: UnsafeRawBufferPointer) {
        guard opcodes.count <= Self.maximumLength else { return }
        let recent = Recent(hash: Self.hash(opcodes), opcodes: Array(opcodes), target: target)
        if targets.count < Self.capacity {
            targets.append(recent)
        } else {
            targets[oldest] = recent
            oldest = (oldest + 1) % Self.capacity
        }
    }

    private static func isEqual(_ held: [UInt8], _ opcodes: UnsafeRawBufferPointer) -> Bool {
        guard held.count == opcodes.count else { return false }
        return held.withUnsafeBytes { memcmp($0.baseAddress!, opcodes.baseAddress!, opcodes.count) } == 0
    }

    /// Of the last words, in which the method and the identifier's last digits stand: tells most from each other.
    private static func hash(_ opcodes: UnsafeRawBufferPointer) -> UInt64 {
        guard opcodes.count >= 8 else { return 0 }
        func word(_ number: Int) -> UInt64 { opcodes.loadUnaligned(fromByteOffset: max(opcodes.count - 8 * number, 0), as: UInt64.self) }
        return word(1) &* 0x9e37_79b9_7f4a_7c15 ^ word(2) &* 0xc2b2_ae3d_27d4_eb4f ^ word(3) &* 0x1656_67b1_9e37_79f9
    }
}
