/// Writes one value. What is still to be written is a stack of steps, so that no nesting is too deep.
struct PicklerMachine {
    typealias Index = PickleNode.Index

    private enum Step {
        case object(PickleReference)
        case opcode(PickleOpcode)
        /// The opcode that makes an object from what was written; from then on `GET` can name it.
        case complete(PickleOpcode, PickleReference)
    }

    /// Where an object that is referred to twice stands.
    private enum Place {
        case unwritten
        /// An object that can be made only after its parts, and those are being written.
        case begun
        case memo(Int)
    }

    let version: PickleProtocol
    var output: PicklerOutput
    private var shared: [PickleReference: Place] = [:]
    private var memoCount = 0
    private var steps: [Step] = []
    /// How many parts of objects that were already begun may be begun once more.
    private var recursionBudget = 1_000

    init(_ version: PickleProtocol, _ bytes: [UInt8]) {
        self.version = version
        output = PicklerOutput(bytes)
    }

    mutating func write(_ value: PickleValue) throws(PickleError) {
        guard let root = value.reference else { return try writeAtom(value) }
        for reference in SharedObjects(from: root).references { shared[reference] = .unwritten }
        steps.append(.object(root))
        while let step = steps.popLast() { try take(step) }
    }

    private mutating func take(_ step: Step) throws(PickleError) {
        switch step {
        case .object(let place): try write(place.resolved)
        case .opcode(let opcode): output.append(opcode)
        case .complete(let opcode, let reference):
            output.append(opcode)
            guard complete(reference), case .instance(let instance) = reference.node else { return }
            try scheduleContents(reference, instance)
        }
    }

    private mutating func write(_ reference: PickleReference) throws(PickleError) {
        guard let place = shared.isEmpty ? nil : shared[reference] else { return try begin(reference) }
        switch place {
        case .memo(let index): output.append(.binGet, orLong: .longBinGet, index: index)
        case .unwritten:
            shared[reference] = .begun
            try begin(reference)
        case .begun:
            // A tuple, say, whose list holds the tuple: as CPython, write it again inside, and drop the outer one in the end.
            try payForRecursion(reference.node)
            try begin(reference)
        }
    }

    private mutating func payForRecursion(_ node: PickleNode) throws(PickleError) {
        node.forEachChild { _ in recursionBudget -= 1 }
        guard recursionBudget > 0 else {
            throw PickleError(.unrepresentable("a value that is recursive in too many ways"))
        }
    }

    /// The object is on the stack: put it under an index when it will be asked for, or take the one that is there already.
    /// - Returns: whether it is the new one.
    @discardableResult
    private mutating func complete(_ reference: PickleReference) -> Bool {
        guard let place = shared.isEmpty ? nil : shared[reference] else { return true }
        if case .memo(let index) = place {
            output.append(.pop)
            output.append(.binGet, orLong: .longBinGet, index: index)
            return false
        }
        output.append(.binPut, orLong: .longBinPut, index: memoCount)
        shared[reference] = .memo(memoCount)
        memoCount += 1
        return true
    }

    private mutating func begin(_ reference: PickleReference) throws(PickleError) {
        switch reference.node {
        case .atom(let value):
            try writeAtom(value)
            complete(reference)
        case .byteArray(let bytes):
            try writeByteArray(bytes)
            complete(reference)
        case .tuple(let elements): writeTuple(reference, elements)
        case .list(let elements):
            output.append(.emptyList)
            complete(reference)
            schedule(items: elements, of: reference, one: .append, many: .appends)
        case .dictionary(let entries):
            output.append(.emptyDict)
            complete(reference)
            schedule(items: entries, of: reference, one: nil, many: .setItems)
        case .set(let elements): try writeSet(reference, elements)
        case .frozenSet(let elements): try writeFrozenSet(reference, elements)
        case .instance(let instance): try writeConstruction(reference, instance)
        case .persistent(let identifier):
            steps.append(.complete(.binPersid, reference))
            schedule([identifier], of: reference)
        }
    }
}

// MARK: - Containers

extension PicklerMachine {
    /// Steps are taken from the end, so what comes first is put last.
    private mutating func schedule(_ children: [Index], of reference: PickleReference) {
        for child in children.reversed() { steps.append(.object(reference.sibling(child))) }
    }

    /// Items that are added to the object on the stack.
    private mutating func schedule(
        items: [Index], of reference: PickleReference, one: PickleOpcode?, many: PickleOpcode
    ) {
        guard !items.isEmpty else { return }
        let single = items.count == 1 ? one : nil
        steps.append(.opcode(single ?? many))
        schedule(items, of: reference)
        if single == nil { steps.append(.opcode(.mark)) }
    }

    private mutating func writeTuple(_ reference: PickleReference, _ elements: [Index]) {
        let opcodes: [PickleOpcode] = [.emptyTuple, .tuple1, .tuple2, .tuple3]
        let isShort = elements.count < opcodes.count
        steps.append(.complete(isShort ? opcodes[elements.count] : .tuple, reference))
        schedule(elements, of: reference)
        if !isShort { steps.append(.opcode(.mark)) }
    }

    private mutating func writeSet(_ reference: PickleReference, _ elements: [Index]) throws(PickleError) {
        guard version >= .v4 else { return try writeSetCall("set", reference, elements) }
        output.append(.emptySet)
        complete(reference)
        schedule(items: elements, of: reference, one: nil, many: .addItems)
    }

    private mutating func writeFrozenSet(_ reference: PickleReference, _ elements: [Index]) throws(PickleError) {
        guard version >= .v4 else { return try writeSetCall("frozenset", reference, elements) }
        steps.append(.complete(.frozenSet, reference))
        schedule(elements, of: reference)
        steps.append(.opcode(.mark))
    }

    /// `set([…])`
    private mutating func writeSetCall(
        _ name: String, _ reference: PickleReference, _ elements: [Index]
    ) throws(PickleError) {
        try writeGlobal(PickleGlobal(module: "builtins", name: name))
        output.append(.emptyList)
        steps += [.complete(.reduce, reference), .opcode(.tuple1)]
        schedule(items: elements, of: reference, one: .append, many: .appends)
    }
}

// MARK: - Instances

extension PicklerMachine {
    /// What is added once the instance exists.
    private mutating func scheduleContents(
        _ reference: PickleReference, _ instance: PickleInstanceNode
    ) throws(PickleError) {
        guard instance.setItems.isEmpty || version >= .v4 else {
            throw PickleError(.unrepresentable("an instance with ADDITEMS needs protocol 4"))
        }
        for state in instance.states.reversed() {
            steps.append(.opcode(.build))
            schedule([state], of: reference)
        }
        schedule(items: instance.setItems, of: reference, one: nil, many: .addItems)
        schedule(items: instance.dictionaryItems, of: reference, one: nil, many: .setItems)
        schedule(items: instance.listItems, of: reference, one: .append, many: .appends)
    }

    private mutating func writeConstruction(
        _ reference: PickleReference, _ instance: PickleInstanceNode
    ) throws(PickleError) {
        let parts = [instance.callable, instance.arguments]
        switch (instance.construction, instance.keywordArguments) {
        case (.reduce, _):
            steps.append(.complete(.reduce, reference))
            schedule(parts, of: reference)
        case (.new, nil):
            steps.append(.complete(.newObj, reference))
            schedule(parts, of: reference)
        case (.new, let keywords?):
            try writeNewWithKeywords(parts + [keywords], of: reference)
        case (.instantiate, _):
            steps.append(.complete(.obj, reference))
            schedule([instance.callable] + argumentElements(instance, reference), of: reference)
            steps.append(.opcode(.mark))
        }
    }

    /// `NEWOBJ_EX`; before protocol 4 a call of the function that does the same.
    private mutating func writeNewWithKeywords(
        _ parts: [Index], of reference: PickleReference
    ) throws(PickleError) {
        if version >= .v4 {
            steps.append(.complete(.newObjEx, reference))
            schedule(parts, of: reference)
        } else {
            try writeGlobal(PickleGlobal(module: "copyreg", name: "__newobj_ex__"))
            steps += [.complete(.reduce, reference), .opcode(.tuple3)]
            schedule(parts, of: reference)
        }
    }

    private func argumentElements(_ instance: PickleInstanceNode, _ reference: PickleReference) -> [Index] {
        if case .tuple(let elements) = reference.graph.nodes[Int(instance.arguments)] { elements } else { [] }
    }
}
