/// Writes one value. What is still to be written is a stack of steps, so that no nesting is too deep.
struct PicklerMachine {
    typealias Index = PickleNode.Index

    private enum Step {
        case object(PickleReference)
        case opcode(PickleOpcode)
        /// The opcode that makes an object from what was written; from then on `GET` can name it.
        case complete(PickleOpcode, PickleReference)
        /// The contents of an object that was made empty, unless they have been written since.
        case fill(PickleReference)
    }

    /// Where an object that is referred to twice stands.
    private enum Place {
        case unwritten
        /// An object that can be made only after its parts, and those are being written.
        case begun
        /// Made, but its contents wait.
        case empty(Int)
        case memo(Int)
    }

    let version: PickleProtocol
    var output: PicklerOutput
    private let start: Int
    private var shared: [PickleReference: Place] = [:]
    private var memoCount = 0
    private var steps: [Step] = []
    /// Looked for only when an object was met that is not made before it must be.
    private var cycles: PicklerCycles?

    init(_ version: PickleProtocol, _ bytes: [UInt8]) {
        self.version = version
        output = PicklerOutput(bytes)
        start = bytes.count
    }

    mutating func write(_ value: PickleValue) throws(PickleError) {
        guard let root = value.reference else { return try writeAtom(value) }
        begin(root, SharedObjects(from: root).references)
        while let step = steps.popLast() {
            if try take(step) { continue }
            try restart(root)
        }
    }

    private mutating func begin(_ root: PickleReference, _ references: Set<PickleReference>) {
        for reference in references { shared[reference] = .unwritten }
        steps = [.object(root)]
    }

    /// Writes the value anew, with what is known of its cycles.
    private mutating func restart(_ root: PickleReference) throws(PickleError) {
        guard cycles == nil else { throw PickleError(.unrepresentable("a tuple, set or call that is made from itself")) }
        let found = PicklerCycles(from: root, shared: Set(shared.keys), version)
        cycles = found
        output.truncate(to: start)
        memoCount = 0
        begin(root, found.postponable.union(shared.keys))
    }

    /// - Returns: whether the writing can go on.
    private mutating func take(_ step: Step) throws(PickleError) -> Bool {
        switch step {
        case .object(let place): return try write(place.resolved)
        case .opcode(let opcode): output.append(opcode)
        case .complete(let opcode, let reference):
            output.append(opcode)
            try complete(reference)
        case .fill(let reference):
            guard case .empty(let index) = shared[reference] else { return true }
            steps.append(.opcode(.pop))
            try fill(reference, index)
        }
        return true
    }

    /// - Returns: `false` for an object that is begun and not made yet, such as a tuple whose list holds the tuple.
    private mutating func write(_ reference: PickleReference) throws(PickleError) -> Bool {
        guard let place = shared.isEmpty ? nil : shared[reference] else {
            try begin(reference)
            return true
        }
        switch place {
        case .unwritten:
            shared[reference] = .begun
            cycles?.begin(reference)
            try begin(reference)
        case .begun: return false
        case .empty(let index) where cycles?.mustWait(reference) == false: try fill(reference, index)
        case .empty(let index), .memo(let index): get(index)
        }
        return true
    }

    private mutating func get(_ index: Int) {
        output.append(.binGet, orLong: .longBinGet, index: index)
    }

    private mutating func fill(_ reference: PickleReference, _ index: Int) throws(PickleError) {
        get(index)
        shared[reference] = .memo(index)
        try scheduleContents(reference)
    }

    /// The object is on the stack: put it under an index when it will be asked for, and write what it holds.
    private mutating func complete(_ reference: PickleReference) throws(PickleError) {
        guard !shared.isEmpty, shared[reference] != nil else { return try scheduleContents(reference) }
        output.append(.binPut, orLong: .longBinPut, index: memoCount)
        shared[reference] = .memo(memoCount)
        memoCount += 1
        guard cycles != nil else { return try scheduleContents(reference) }
        try completeOnCycle(reference, memoCount - 1)
    }

    private mutating func completeOnCycle(_ reference: PickleReference, _ index: Int) throws(PickleError) {
        let waiting = cycles?.end(reference) ?? []
        if cycles?.postpone(reference) == true {
            shared[reference] = .empty(index)
        } else {
            for other in waiting.reversed() { steps.append(.fill(other)) }
            try scheduleContents(reference)
        }
    }

    private mutating func begin(_ reference: PickleReference) throws(PickleError) {
        switch reference.node {
        case .atom(let value):
            try writeAtom(value)
            try complete(reference)
        case .byteArray(let bytes):
            try writeByteArray(bytes)
            try complete(reference)
        case .tuple(let elements): writeTuple(reference, elements)
        case .list:
            output.append(.emptyList)
            try complete(reference)
        case .dictionary:
            output.append(.emptyDict)
            try complete(reference)
        case .set(let elements): try writeSet(reference, elements)
        case .frozenSet(let elements): try writeFrozenSet(reference, elements)
        case .instance(let instance): try writeConstruction(reference, instance)
        case .persistent(let identifier):
            steps.append(.complete(.binPersid, reference))
            schedule([identifier], of: reference)
        }
    }

    /// What is added to an object that is on the stack.
    private mutating func scheduleContents(_ reference: PickleReference) throws(PickleError) {
        switch reference.node {
        case .list(let elements): schedule(items: elements, of: reference, one: .append, many: .appends)
        case .dictionary(let entries): schedule(items: entries, of: reference, one: nil, many: .setItems)
        case .set(let elements) where version >= .v4: schedule(items: elements, of: reference, one: nil, many: .addItems)
        case .instance(let instance): try scheduleContents(reference, instance)
        default: break
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
        try complete(reference)
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
    private mutating func scheduleContents(
        _ reference: PickleReference, _ instance: PickleInstanceNode
    ) throws(PickleError) {
        guard instance.setItems.isEmpty || version >= .v4 else {
            throw PickleError(.unrepresentable("an instance with ADDITEMS needs protocol 4"))
        }
        if !instance.setters.isEmpty { scheduleSetters(reference, instance.setters) }
        for state in instance.states.reversed() {
            steps.append(.opcode(.build))
            schedule([state], of: reference)
        }
        schedule(items: instance.setItems, of: reference, one: nil, many: .addItems)
        schedule(items: instance.dictionaryItems, of: reference, one: nil, many: .setItems)
        schedule(items: instance.listItems, of: reference, one: .append, many: .appends)
    }

    /// `setter(instance, state)`, whose result is dropped.
    private mutating func scheduleSetters(_ reference: PickleReference, _ setters: [Index]) {
        for call in stride(from: 0, to: setters.count, by: 2).reversed() {
            steps += [.opcode(.pop), .opcode(.reduce), .opcode(.tuple2)]
            schedule([setters[call + 1]], of: reference)
            steps.append(.object(reference))
            schedule([setters[call]], of: reference)
        }
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
