/// What a scanner must know of an opcode: how long its argument is and what it does to the stack, not what it means.
struct OpcodeShape {
    /// How the argument that follows the opcode's byte is delimited.
    enum Argument {
        case none
        /// So many bytes.
        case fixed(Int)
        /// A little-endian length of so many bytes, then that many bytes.
        case counted(Int)
        /// So many lines, each ending in a newline.
        case lines(Int)
    }

    /// What happens to the stack.
    enum Effect {
        /// A value is pushed.
        case push
        case mark
        /// So many values are popped and one that consists of them is pushed.
        case build(Int)
        /// The values above the mark are popped and one that consists of them is pushed.
        case buildToMark
        /// So many values are popped and put into the one below.
        case extend(Int)
        /// The values above the mark are popped and put into the one below.
        case extendToMark
        /// The value on top is put into the memo under the next number.
        case memoize
        /// The value on top is put into the memo under the number in the argument.
        case put
        /// A value of the memo is pushed.
        case get
        /// `PROTO` and `FRAME`: nothing.
        case nothing
        case stop
        /// `POP`, `POP_MARK`, `DUP` and out-of-band buffers: after these a value's opcodes no longer stand side by side.
        case irregular
        case unknown
    }

    let argument: Argument
    let effect: Effect
    /// Whether the value that is built is a `tuple`, whose elements are the values that were popped.
    let makesTuple: Bool

    static let table: [OpcodeShape] = {
        var table = [OpcodeShape](repeating: OpcodeShape(argument: .none, effect: .unknown, makesTuple: false), count: 256)
        func set(_ opcodes: [PickleOpcode], _ argument: Argument, _ effect: Effect) {
            for opcode in opcodes {
                let makesTuple = [.emptyTuple, .tuple, .tuple1, .tuple2, .tuple3].contains(opcode)
                table[Int(opcode.rawValue)] = OpcodeShape(argument: argument, effect: effect, makesTuple: makesTuple)
            }
        }
        set([.none, .emptyList, .emptyDict, .newTrue, .newFalse, .emptySet], .none, .push)
        set([.binInt1, .ext1], .fixed(1), .push)
        set([.binInt2, .ext2], .fixed(2), .push)
        set([.binInt, .ext4], .fixed(4), .push)
        set([.binFloat], .fixed(8), .push)
        set([.shortBinString, .shortBinBytes, .long1, .shortBinUnicode], .counted(1), .push)
        set([.binString, .binUnicode, .binBytes, .long4], .counted(4), .push)
        set([.binUnicode8, .binBytes8, .byteArray8], .counted(8), .push)
        set([.int, .long, .float, .string, .unicode, .persid], .lines(1), .push)
        set([.global], .lines(2), .push)
        set([.mark], .none, .mark)
        set([.emptyTuple], .none, .build(0))
        set([.tuple1, .binPersid], .none, .build(1))
        set([.tuple2, .newObj, .stackGlobal, .reduce], .none, .build(2))
        set([.tuple3, .newObjEx], .none, .build(3))
        set([.tuple, .list, .dict, .obj, .frozenSet], .none, .buildToMark)
        set([.inst], .lines(2), .buildToMark)
        set([.append, .build], .none, .extend(1))
        set([.setItem], .none, .extend(2))
        set([.appends, .setItems, .addItems], .none, .extendToMark)
        set([.memoize], .none, .memoize)
        set([.binPut], .fixed(1), .put)
        set([.longBinPut], .fixed(4), .put)
        set([.put], .lines(1), .put)
        set([.binGet], .fixed(1), .get)
        set([.longBinGet], .fixed(4), .get)
        set([.get], .lines(1), .get)
        set([.proto], .fixed(1), .nothing)
        set([.frame], .fixed(8), .nothing)
        set([.stop], .none, .stop)
        set([.pop, .popMark, .dup, .nextBuffer, .readonlyBuffer], .none, .irregular)
        return table
    }()
}
