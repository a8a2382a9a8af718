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

    static let table: [OpcodeShape] = {
        var table = [OpcodeShape](repeating: OpcodeShape(argument: .none, effect: .unknown), count: 256)
        func set(_ opcodes: [UInt8], _ argument: Argument, _ effect: Effect) {
            for opcode in opcodes { table[Int(opcode)] = OpcodeShape(argument: argument, effect: effect) }
        }
        func set(_ opcodes: String, _ argument: Argument, _ effect: Effect) { set(Array(opcodes.utf8), argument, effect) }

        // NONE EMPTY_TUPLE EMPTY_LIST EMPTY_DICT; NEWTRUE NEWFALSE EMPTY_SET
        set("N)]}", .none, .push)
        set([0x88, 0x89, 0x8f], .none, .push)
        // BININT1 EXT1; BININT2 EXT2; BININT EXT4; BINFLOAT
        set("K", .fixed(1), .push)
        set([0x82], .fixed(1), .push)
        set("M", .fixed(2), .push)
        set([0x83], .fixed(2), .push)
        set("J", .fixed(4), .push)
        set([0x84], .fixed(4), .push)
        set("G", .fixed(8), .push)
        // SHORT_BINSTRING SHORT_BINBYTES LONG1 SHORT_BINUNICODE; BINSTRING BINUNICODE BINBYTES LONG4
        set("UC", .counted(1), .push)
        set([0x8a, 0x8c], .counted(1), .push)
        set("TXB", .counted(4), .push)
        set([0x8b], .counted(4), .push)
        // BINUNICODE8 BINBYTES8 BYTEARRAY8
        set([0x8d, 0x8e, 0x96], .counted(8), .push)
        // INT LONG FLOAT STRING UNICODE PERSID; GLOBAL
        set("ILFSVP", .lines(1), .push)
        set("c", .lines(2), .push)
        set("(", .none, .mark)
        // TUPLE1 TUPLE2 TUPLE3; REDUCE; NEWOBJ NEWOBJ_EX STACK_GLOBAL; BINPERSID
        set([0x85], .none, .build(1))
        set([0x86, 0x81, 0x93], .none, .build(2))
        set([0x87, 0x92], .none, .build(3))
        set("R", .none, .build(2))
        set("Q", .none, .build(1))
        // TUPLE LIST DICT OBJ; FROZENSET; INST
        set("tldo", .none, .buildToMark)
        set([0x91], .none, .buildToMark)
        set("i", .lines(2), .buildToMark)
        // APPEND BUILD SETITEM; APPENDS SETITEMS ADDITEMS
        set("ab", .none, .extend(1))
        set("s", .none, .extend(2))
        set("eu", .none, .extendToMark)
        set([0x90], .none, .extendToMark)
        // MEMOIZE; BINPUT LONG_BINPUT PUT; BINGET LONG_BINGET GET
        set([0x94], .none, .memoize)
        set("q", .fixed(1), .put)
        set("r", .fixed(4), .put)
        set("p", .lines(1), .put)
        set("h", .fixed(1), .get)
        set("j", .fixed(4), .get)
        set("g", .lines(1), .get)
        // PROTO FRAME; STOP
        set([0x80], .fixed(1), .nothing)
        set([0x95], .fixed(8), .nothing)
        set(".", .none, .stop)
        // POP POP_MARK DUP; NEXT_BUFFER READONLY_BUFFER
        set("012", .none, .irregular)
        set([0x97, 0x98], .none, .irregular)
        return table
    }()
}
