/// Where the parts of the plainest pickled call stand: `(object, method, (argument, …), {})`, of at most three arguments none of which holds
/// other values, as CPython's picklers write it.
///
/// Most calls are such. Their parts stand one behind the other, so that they are found without following the unpickler's stack and memo, as
/// ``PickleScanner`` does for any pickle.
public struct PlainCall {
    /// The protocol that `PROTO` names.
    public let protocolVersion: PickleProtocol
    /// The opcodes of the object and the method.
    public let target: Range<Int>
    /// The opcodes of each argument, and then empty ranges.
    public private(set) var arguments: InlineArray<3, Range<Int>> = [0..<0, 0..<0, 0..<0]
    public private(set) var argumentCount = 0

    /// Finds the parts.
    ///
    /// - Parameter bytes: the pickle.
    /// - Returns: `nil` when it is another kind of call, or none: nothing is said about what is wrong.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        var reader = OpcodeReader(bytes)
        guard let version = reader.opening(), reader.take(.mark) else { return nil }
        let start = reader.offset
        guard reader.atom() != nil, reader.atom() != nil else { return nil }
        protocolVersion = version
        target = start..<reader.offset
        guard takeArguments(&reader), reader.takeMemoized(.emptyDict), reader.takeMemoized(.tuple), reader.take(.stop) else { return nil }
    }

    private mutating func takeArguments(_ reader: inout OpcodeReader) -> Bool {
        while argumentCount < arguments.count, let argument = reader.atom() {
            arguments[argumentCount] = argument
            argumentCount += 1
        }
        return switch argumentCount {
        case 0: reader.take(.emptyTuple)
        case 1: reader.takeMemoized(.tuple1)
        case 2: reader.takeMemoized(.tuple2)
        default: reader.takeMemoized(.tuple3)
        }
    }

    /// Cuts the arguments out so that each can stand alone.
    ///
    /// - Parameters:
    ///   - bytes: the call's pickle.
    ///   - storage: the same bytes where they may be kept: a large value then stays in them, and is not copied.
    public func arguments(of bytes: UnsafeRawBufferPointer, in storage: ArraySlice<UInt8>?) -> [Fragment] {
        func argument(_ number: Int) -> Fragment { Fragment(arguments[number], of: bytes, in: storage, from: protocolVersion) }
        // Literals are made at once, where `append` asks each time whether there is room.
        return switch argumentCount {
        case 0: []
        case 1: [argument(0)]
        case 2: [argument(0), argument(1)]
        default: [argument(0), argument(1), argument(2)]
        }
    }
}
