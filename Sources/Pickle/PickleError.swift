/// Why a pickle could not be read or written. Carries the place, so that it can be found with `pickletools.dis`.
public struct PickleError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        /// The bytes end before `STOP`. CPython's `EOFError` or `UnpicklingError: pickle data was truncated`.
        case truncated
        /// No opcode of protocols 0 to 5 has this byte.
        case unknownOpcode
        /// The first opcode asks for a protocol above 5.
        case unsupportedProtocol(UInt8)
        /// An opcode takes more from the stack than there is, or the wrong thing (no mark, not a list, not a dict…).
        case stack(String)
        /// `GET` of an index that nothing was put under.
        case unknownMemoIndex(Int)
        /// An opcode's argument is not what the format says: a number that is not one, text that is not UTF-8, a negative length…
        case malformedArgument(String)
        /// A limit of ``PickleLimits`` was passed.
        case limitExceeded(String)
        /// Out-of-band buffers (`NEXT_BUFFER`, `READONLY_BUFFER`) live outside the pickle and cannot be had.
        case outOfBandBuffer
        /// The value has no form in the protocol asked for, or is not of the Swift type asked for.
        case unrepresentable(String)
    }

    public let reason: Reason
    /// Where in the bytes the opcode stands; `nil` when writing.
    public let offset: Int?
    /// The opcode's byte; `nil` when there is none.
    public let opcode: UInt8?

    public init(_ reason: Reason, offset: Int? = nil, opcode: UInt8? = nil) {
        self.reason = reason
        self.offset = offset
        self.opcode = opcode
    }

    public var description: String {
        var text = "pickle: \(message)"
        if let opcode { text += ", opcode 0x" + String(opcode, radix: 16) }
        if let offset { text += " at byte \(offset)" }
        return text
    }

    private var message: String {
        switch reason {
        case .truncated: "data was truncated"
        case .unknownOpcode: "unknown opcode"
        case .unsupportedProtocol(let version): "unsupported pickle protocol: \(version)"
        case .stack(let what): what
        case .unknownMemoIndex(let index): "memo value not found at index \(index)"
        case .malformedArgument(let what): what
        case .limitExceeded(let what): "limit exceeded: \(what)"
        case .outOfBandBuffer: "the value's bytes are in an out-of-band buffer, which was not sent"
        case .unrepresentable(let what): what
        }
    }
}
