/// The stack machine that a pickle is a program for. Objects are nodes of a graph, the stack holds their indices.
struct UnpicklerMachine {
    enum Progress { case more, stopped }
    typealias Index = PickleNode.Index

    var reader: PickleReader
    var nodes: [PickleNode]
    private let limits: PickleLimits
    /// The protocol that the pickle was written at: below 3, names are Python 2's.
    private var version: PickleProtocol
    private var stack: [Index] = []
    /// How high the stack was at each `MARK`.
    private var marks: [Int] = []
    private var memo = UnpicklerMemo()

    // Values that have no identity worth a node each.
    private static let constants: [PickleNode] = [.atom(.none), .atom(.bool(false)), .atom(.bool(true)), .tuple([])]
    private static let none: Index = 0
    private static let emptyTuple: Index = 3

    init(_ bytes: UnsafeRawBufferPointer, _ limits: PickleLimits, _ version: PickleProtocol) {
        reader = PickleReader(bytes)
        self.version = version
        self.limits = limits
        nodes = Self.constants
        nodes.reserveCapacity(min(bytes.count / 2, 64) + Self.constants.count)
    }

    func checkSize(of bytes: UnsafeRawBufferPointer) throws(PickleError) {
        guard bytes.count <= limits.size else {
            throw PickleError(.limitExceeded("a pickle of \(bytes.count) bytes, \(limits.size) are allowed"))
        }
    }

    /// The one value that is left, once its nesting is known to be within the limit.
    func finish() throws(PickleError) -> PickleValue {
        guard let root = stack.last else { throw stackFailure("no value at the end") }
        guard stack.count == 1, marks.isEmpty else { throw stackFailure("more than one value at the end") }
        guard !PickleDepth.exceeds(limits.depth, from: root, in: nodes) else {
            throw PickleError(.limitExceeded("containers nested deeper than \(limits.depth)"))
        }
        return PickleGraph(nodes).value(at: root)
    }

    /// Carries out one opcode.
    mutating func step() throws(PickleError) -> Progress {
        switch try reader.opcode() {
        // The machine itself
        case .proto:
            let number = try reader.byte()
            guard let known = PickleProtocol(rawValue: number) else { throw reader.failure(.unsupportedProtocol(number)) }
            version = known
        case .frame: try checkFrame()
        case .stop: return .stopped
        case .mark: marks.append(stack.count)
        case .pop: try popAny()
        case .popMark: _ = try popToMark()
        case .dup: stack.append(try top())

        // The memo
        case .put: try put(at: try decimalIndex())
        case .binPut: try put(at: Int(try reader.byte()))
        case .longBinPut: try put(at: Int(try reader.integer(UInt32.self)))
        case .memoize: try put(at: memo.count)
        case .get: try get(try decimalIndex())
        case .binGet: try get(Int(try reader.byte()))
        case .longBinGet: try get(Int(try reader.integer(UInt32.self)))

        // None, bool, int, float
        case .none: stack.append(Self.none)
        case .newFalse: stack.append(1)
        case .newTrue: stack.append(2)
        case .int: try pushIntegerText()
        case .long: try pushLongText()
        case .binInt: try pushInt(Int(try reader.integer(Int32.self)))
        case .binInt1: try pushInt(Int(try reader.byte()))
        case .binInt2: try pushInt(Int(try reader.integer(UInt16.self)))
        case .long1: try pushLong(Int(try reader.byte()))
        case .long4: try pushLong(Int(try reader.integer(Int32.self)))
        case .float: try pushFloatText()
        case .binFloat: try push(.float(Double(bitPattern: try reader.integer(UInt64.self).byteSwapped)))

        // Text and bytes
        case .string: try pushQuotedString()
        case .shortBinString: try push(.legacyString(try bytes(Int(try reader.byte()))))
        case .binString: try push(.legacyString(try bytes(Int(try reader.integer(Int32.self)))))
        case .unicode: try pushEscapedUnicode()
        case .shortBinUnicode: try pushUnicode(Int(try reader.byte()))
        case .binUnicode: try pushUnicode(Int(try reader.integer(UInt32.self)))
        case .binUnicode8: try pushUnicode(try reader.length8())
        case .shortBinBytes: try push(.bytes(try bytes(Int(try reader.byte()))))
        case .binBytes: try push(.bytes(try bytes(Int(try reader.integer(UInt32.self)))))
        case .binBytes8: try push(.bytes(try bytes(try reader.length8())))
        case .byteArray8: try push(node: .byteArray(try bytes(try reader.length8())))
        case .nextBuffer, .readonlyBuffer: throw reader.failure(.outOfBandBuffer)

        // Containers
        case .emptyTuple: stack.append(Self.emptyTuple)
        case .tuple1: try push(node: .tuple(try pop(1)))
        case .tuple2: try push(node: .tuple(try pop(2)))
        case .tuple3: try push(node: .tuple(try pop(3)))
        case .tuple: try push(node: .tuple(try popToMark()))
        case .emptyList: try push(node: .list([]))
        case .list: try push(node: .list(try popToMark()))
        case .append: try appendItems(try pop(1))
        case .appends: try appendItems(try popToMark())
        case .emptyDict: try push(node: .dictionary([]))
        case .dict: try push(node: .dictionary(try pairs(try popToMark())))
        case .setItem: try setItems(try pop(2))
        case .setItems: try setItems(try pairs(try popToMark()))
        case .emptySet: try push(node: .set([]))
        case .addItems: try addItems(try popToMark())
        case .frozenSet: try push(node: .frozenSet(try popToMark()))

        // Classes, functions, instances
        case .global: try pushGlobalLines()
        case .stackGlobal: try pushStackGlobal()
        case .ext1: try pushExtension(Int(try reader.byte()))
        case .ext2: try pushExtension(Int(try reader.integer(UInt16.self)))
        case .ext4: try pushExtension(Int(try reader.integer(Int32.self)))
        case .inst: try pushInst()
        case .obj: try pushObj()
        case .reduce: try reduce()
        case .newObj: try pushNewObject(keywordArguments: nil)
        case .newObjEx: try pushNewObject(keywordArguments: try pop())
        case .build: try build()
        case .persid: try pushPersistentLine()
        case .binPersid: try push(node: .persistent(try pop()))
        }
        return .more
    }
}

// MARK: - The stack

extension UnpicklerMachine {
    func stackFailure(_ text: String) -> PickleError { reader.failure(.stack(text)) }

    /// What lies below the innermost mark is out of reach.
    private var fence: Int { marks.last ?? 0 }

    private func top() throws(PickleError) -> Index {
        guard stack.count > fence, let top = stack.last else { throw stackFailure("stack underflow") }
        return top
    }

    private mutating func pop() throws(PickleError) -> Index {
        let top = try top()
        stack.removeLast()
        return top
    }

    private mutating func pop(_ count: Int) throws(PickleError) -> [Index] {
        guard stack.count - count >= fence else { throw stackFailure("stack underflow") }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws(PickleError) -> [Index] {
        guard let mark = marks.popLast() else { throw stackFailure("could not find MARK") }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    /// `POP` takes a mark as well as a value.
    private mutating func popAny() throws(PickleError) {
        if marks.last == stack.count { marks.removeLast() } else { keepSetter(try pop()) }
    }

    /// A call that is dropped as soon as it is made, and that was given the instance below, has given that its state.
    private mutating func keepSetter(_ dropped: Index) {
        guard Int(dropped) == nodes.count - 1, case .instance(let call) = nodes[Int(dropped)], call.construction == .reduce,
            case .tuple(let arguments) = nodes[Int(call.arguments)], arguments.count == 2,
            let below = try? top(), below == arguments[0], case .instance(var instance) = nodes[Int(below)]
        else { return }
        instance.setters += [call.callable, arguments[1]]
        nodes[Int(below)] = .instance(instance)
    }

    mutating func push(node: PickleNode) throws(PickleError) {
        stack.append(try add(node))
    }

    private mutating func push(_ value: PickleValue) throws(PickleError) {
        try push(node: .atom(value))
    }

    private mutating func add(_ node: PickleNode) throws(PickleError) -> Index {
        guard let index = Index(exactly: nodes.count) else {
            throw reader.failure(.limitExceeded("more than \(Index.max) objects"))
        }
        nodes.append(node)
        return index
    }

    /// A frame says how many bytes may be read at once; its end means nothing to the machine.
    private mutating func checkFrame() throws(PickleError) {
        let length = try reader.length8()
        var ahead = reader
        _ = try ahead.take(length)
    }
}

// MARK: - The memo

extension UnpicklerMachine {
    private mutating func put(at index: Int) throws(PickleError) {
        memo.put(try top(), at: index)
        guard memo.count <= limits.memo else {
            throw reader.failure(.limitExceeded("more than \(limits.memo) memo entries"))
        }
    }

    private mutating func get(_ index: Int) throws(PickleError) {
        guard let node = memo[index] else { throw reader.failure(.unknownMemoIndex(index)) }
        stack.append(node)
    }

    private mutating func decimalIndex() throws(PickleError) -> Int {
        let line = try reader.line()
        guard let index = PickleText.string(line).flatMap({ Int($0) }), index >= 0 else {
            throw reader.failure(.malformedArgument("a memo index is a number of 0 or more"))
        }
        return index
    }
}

// MARK: - Atoms

extension UnpicklerMachine {
    private mutating func bytes(_ count: Int) throws(PickleError) -> [UInt8] {
        Array(try reader.take(count))
    }

    private mutating func pushInt(_ value: Int) throws(PickleError) { try push(.int(value)) }

    private mutating func pushLong(_ count: Int) throws(PickleError) {
        try push(.integer(PickleInteger(twosComplement: try reader.take(count))))
    }

    /// `INT`: in protocol 0 and 1 `I00` and `I01` are `False` and `True`.
    private mutating func pushIntegerText() throws(PickleError) {
        let line = try reader.line()
        if line.elementsEqual("00".utf8) { return stack.append(1) }
        if line.elementsEqual("01".utf8) { return stack.append(2) }
        try pushInteger(line)
    }

    /// `LONG`: with or without Python 2's `L`.
    private mutating func pushLongText() throws(PickleError) {
        let line = try reader.line()
        let hasSuffix = line.last == UInt8(ascii: "L")
        try pushInteger(UnsafeRawBufferPointer(rebasing: line.dropLast(hasSuffix ? 1 : 0)))
    }

    private mutating func pushInteger(_ digits: UnsafeRawBufferPointer) throws(PickleError) {
        guard digits.count <= limits.integerDigits + 1 else {
            throw reader.failure(.limitExceeded("an int of more than \(limits.integerDigits) digits"))
        }
        guard let integer = PickleInteger(decimal: digits) else {
            throw reader.failure(.malformedArgument("not an integer"))
        }
        try push(.integer(integer))
    }

    private mutating func pushFloatText() throws(PickleError) {
        guard let value = PickleText.float(try reader.line()) else {
            throw reader.failure(.malformedArgument("not a float"))
        }
        try push(.float(value))
    }

    private mutating func pushQuotedString() throws(PickleError) {
        guard let text = PickleText.quotedString(try reader.line()) else {
            throw reader.failure(.malformedArgument("the STRING opcode argument must be quoted"))
        }
        try push(.legacyString(text))
    }

    private mutating func pushUnicode(_ count: Int) throws(PickleError) {
        guard let text = PickleText.unicode(try reader.take(count)) else {
            throw reader.failure(.malformedArgument("a str that is not UTF-8"))
        }
        try push(text)
    }

    private mutating func pushEscapedUnicode() throws(PickleError) {
        guard let text = PickleText.rawUnicodeEscape(try reader.line()) else {
            throw reader.failure(.malformedArgument("a str with a malformed escape"))
        }
        try push(text)
    }
}

// MARK: - Containers

extension UnpicklerMachine {
    private func pairs(_ items: [Index]) throws(PickleError) -> [Index] {
        guard items.count.isMultiple(of: 2) else { throw stackFailure("odd number of items for a dict") }
        return items
    }

    // In each of the following the node is moved out while it changes, so that its array is not copied.

    private mutating func appendItems(_ items: [Index]) throws(PickleError) {
        let index = Int(try top())
        switch exchange(&nodes[index], Self.constants[0]) {
        case .list(var elements):
            elements += items
            nodes[index] = .list(elements)
        case .instance(var instance):
            instance.listItems += items
            nodes[index] = .instance(instance)
        case let node:
            nodes[index] = node
            throw stackFailure("APPEND to what is not a list")
        }
    }

    private mutating func setItems(_ items: [Index]) throws(PickleError) {
        let index = Int(try top())
        switch exchange(&nodes[index], Self.constants[0]) {
        case .dictionary(var entries):
            entries += items
            nodes[index] = .dictionary(entries)
        case .instance(var instance):
            instance.dictionaryItems += items
            nodes[index] = .instance(instance)
        case let node:
            nodes[index] = node
            throw stackFailure("SETITEM on what is not a dict")
        }
    }

    private mutating func addItems(_ items: [Index]) throws(PickleError) {
        let index = Int(try top())
        switch exchange(&nodes[index], Self.constants[0]) {
        case .set(var elements):
            elements += items
            nodes[index] = .set(elements)
        case .instance(var instance):
            instance.setItems += items
            nodes[index] = .instance(instance)
        case let node:
            nodes[index] = node
            throw stackFailure("ADDITEMS to what is not a set")
        }
    }
}

// MARK: - Classes, functions, instances

extension UnpicklerMachine {
    private mutating func globalLines() throws(PickleError) -> PickleGlobal {
        guard let module = PickleText.string(try reader.line()), let name = PickleText.string(try reader.line()) else {
            throw reader.failure(.malformedArgument("a global's name that is not UTF-8"))
        }
        return named(module, name)
    }

    private func named(_ module: String, _ name: String) -> PickleGlobal {
        let global = PickleGlobal(module: module, name: name)
        return version < .v3 ? PythonNames.fromPython2(global) : global
    }

    private mutating func pushGlobalLines() throws(PickleError) {
        try push(.global(try globalLines()))
    }

    private mutating func pushStackGlobal() throws(PickleError) {
        let names = try pop(2)
        guard let module = nodes[Int(names[0])].text, let name = nodes[Int(names[1])].text else {
            throw stackFailure("STACK_GLOBAL requires str")
        }
        try push(.global(named(module, name)))
    }

    private mutating func pushExtension(_ code: Int) throws(PickleError) {
        guard code > 0 else { throw reader.failure(.malformedArgument("EXT specifies code <= 0")) }
        try push(.extensionCode(code))
    }

    private mutating func pushPersistentLine() throws(PickleError) {
        guard let text = PickleText.string(try reader.line()) else {
            throw reader.failure(.malformedArgument("a persistent identifier that is not UTF-8"))
        }
        try push(node: .persistent(try add(.atom(.string(text)))))
    }

    private mutating func pushInst() throws(PickleError) {
        let callable = try add(.atom(.global(try globalLines())))
        try pushInstantiated(callable, try popToMark()[...])
    }

    private mutating func pushObj() throws(PickleError) {
        let items = try popToMark()
        guard let callable = items.first else { throw stackFailure("OBJ without a class") }
        try pushInstantiated(callable, items.dropFirst())
    }

    private mutating func pushInstantiated(_ callable: Index, _ arguments: ArraySlice<Index>) throws(PickleError) {
        let arguments = arguments.isEmpty ? Self.emptyTuple : try add(.tuple(Array(arguments)))
        try push(node: .instance(PickleInstanceNode(construction: .instantiate, callable: callable, arguments: arguments)))
    }

    private mutating func reduce() throws(PickleError) {
        let arguments = try pop()
        let callable = try pop()
        let known = KnownReduction.node(callable: callable, arguments: arguments, in: nodes)
        try push(node: known ?? .instance(
            PickleInstanceNode(construction: .reduce, callable: callable, arguments: arguments)))
    }

    private mutating func pushNewObject(keywordArguments: Index?) throws(PickleError) {
        let arguments = try pop()
        let callable = try pop()
        try push(node: .instance(PickleInstanceNode(
            construction: .new, callable: callable, arguments: arguments, keywordArguments: keywordArguments)))
    }

    private mutating func build() throws(PickleError) {
        let state = try pop()
        let index = Int(try top())
        guard case .instance(var instance) = exchange(&nodes[index], Self.constants[0]) else {
            throw stackFailure("BUILD of what is not an instance")
        }
        instance.states.append(state)
        nodes[index] = .instance(instance)
    }
}

extension PickleNode {
    /// The text of a `str`, also of Python 2's when it is UTF-8.
    var text: String? {
        switch self {
        case .atom(.string(let text)): text
        case .atom(.legacyString(let bytes)): String(validating: bytes, as: UTF8.self)
        default: nil
        }
    }
}
