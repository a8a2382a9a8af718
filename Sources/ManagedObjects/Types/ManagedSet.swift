public import Pickle

/// `set`, which managers have since Python 3.14. Elements stand in the order in which they came.
public struct ManagedSet: ManagedObject {
    private var members = SetMembers()

    public init() {}

    public init(_ arguments: Arguments) throws(PythonException) {
        let bound = try Signature.c("set", .constructor(0...1)).bind(arguments.readingProxies())
        if let source = bound.first ?? nil { members = try SetMembers(source, arguments.python) }
    }

    public var partCount: Int { members.count }

    public static let methods = MethodTable<ManagedSet>(elements + queries + combinations + operators + comparisons)

    public func value() -> Fragment { members.fragment }

    public func repr(python: PythonVersion, address: String) throws(PythonException) -> PythonText {
        PythonText(try value().pythonValue().pythonRepr(python: python))
    }
}

// MARK: - Single elements

extension ManagedSet {
    @MethodTableBuilder<ManagedSet>
    private static var elements: [Method<ManagedSet>] {
        Method("set.add", .oneArgument) { (set, call, _) throws(PythonException) in
            try set.members.insert(call[0], call.python)
            return .none
        }
        Method("set.discard", .oneArgument) { (set, call, _) throws(PythonException) in
            _ = set.members.remove(try call.member())
            return .none
        }
        Method("set.remove", .oneArgument) { (set, call, _) throws(PythonException) in
            guard set.members.remove(try call.member()) else { throw .keyError(try call[0].pythonValue()) }
            return .none
        }
        Method("set.pop", .noArguments) { (set, _, _) throws(PythonException) in
            guard let element = set.members.pop() else { throw PythonException("KeyError", "pop from an empty set") }
            return .value(element)
        }
        Method("set.clear", .noArguments) { (set, _, _) in
            set.members = SetMembers()
            return .none
        }
        Method("set.__contains__", .oneArgument) { (set, call, _) throws(PythonException) in
            .bool(set.members.contains(try call.member()))
        }
        // Beyond CPython: whether it was not there before.
        Method("set.add_if_absent", .oneArgument) { (set, call, _) throws(PythonException) in
            let before = set.members.count
            try set.members.insert(call[0], call.python)
            return .bool(set.members.count > before)
        }
        // Beyond CPython: all or none.
        Method("set.replace_all", .oneArgument, iterates: true) { (set, call, _) throws(PythonException) in
            set.members = try SetMembers(call[0], call.python)
            return .none
        }
        Method("set.__class_getitem__", .oneArgument) { (_, call, _) throws(PythonException) in
            .value(try Fragment(pythonValue: Self.alias(of: call[0].pythonValue())))
        }
        Method("set.__len__", .slot(0)) { (set, _, _) in .int(set.members.count) }
        Method("set.copy", .noArguments) { (set, _, _) in .value(set.members.fragment) }
        Method("set.__iter__", .slot(0)) { (set, call, _) throws(PythonException) in
            if call.python.isPython2 { return .reply(.unserializable(.notPicklable("setiterator", call.python))) }
            return .value(try .iterator(over: set.members.elements))
        }
    }
}

extension ManagedSet {
    /// `set[int]`, which the proxies of Python 3.14 expose.
    private static func alias(of item: PickleValue) -> PickleValue {
        let arguments: PickleValue = if case .tuple = item { item } else { .tuple(PickleElements([item])) }
        let set = PickleValue.global(PickleGlobal(module: "builtins", name: "set"))
        return .instance(PickleInstance(.global(PickleGlobal(module: "types", name: "GenericAlias")), [set, arguments]))
    }
}

// MARK: - With any iterable

extension ManagedSet {
    @MethodTableBuilder<ManagedSet>
    private static var queries: [Method<ManagedSet>] {
        Method("set.isdisjoint", .oneArgument, iterates: true) { (set, call, _) throws(PythonException) in
            .bool(set.members.intersection(try SetMembers(call[0], call.python)).count == 0)
        }
        Method("set.issubset", .oneArgument, iterates: true) { (set, call, _) throws(PythonException) in
            .bool(set.members.isSubset(of: try SetMembers(call[0], call.python)))
        }
        Method("set.issuperset", .oneArgument, iterates: true) { (set, call, _) throws(PythonException) in
            .bool(try SetMembers(call[0], call.python).isSubset(of: set.members))
        }
    }

    @MethodTableBuilder<ManagedSet>
    private static var combinations: [Method<ManagedSet>] {
        combination("union", SetMembers.union)
        combination("intersection", SetMembers.intersection)
        combination("difference", subtracts: true, SetMembers.subtracting)
        update("update") { (members, element, python) throws(PythonException) in try members.insert(element, python) }
        update("difference_update", subtracts: true) { (members, element, python) throws(PythonException) in
            _ = members.remove(try EntryKey(element, python: python))
        }
        Method("set.intersection_update", .variadic, iterates: true) { (set, call, _) throws(PythonException) in
            set.members = try set.combined(call, SetMembers.intersection)
            return .none
        }
        Method("set.symmetric_difference", .oneArgument, iterates: true) { (set, call, _) throws(PythonException) in
            .value(set.members.symmetricDifference(try SetMembers(call[0], call.python)).fragment)
        }
        Method("set.symmetric_difference_update", .oneArgument, iterates: true) { (set, call, _) throws(PythonException) in
            set.members = set.members.symmetricDifference(try SetMembers(call[0], call.python))
            return .none
        }
    }

    private typealias Combine = @Sendable (SetMembers) -> (SetMembers) -> SetMembers

    /// A method that combines the set with any number of others.
    private static func combination(_ name: String, subtracts: Bool = false, _ combine: @escaping Combine) -> Method<ManagedSet> {
        Method("set.\(name)", .variadic, iterates: true) { (set, call, _) throws(PythonException) in
            .value(try set.combined(call, subtracts: subtracts, combine).fragment)
        }
    }

    /// A method that does something with each element of any number of others; what stands before a mistake is done, as in CPython.
    private static func update(
        _ name: String, subtracts: Bool = false, _ apply: @escaping @Sendable (inout SetMembers, Fragment, PythonVersion) throws(PythonException) -> Void
    ) -> Method<ManagedSet> {
        Method("set.\(name)", .variadic, iterates: true) { (set, call, _) throws(PythonException) in
            for argument in call.sent.positional where !subtracts || set.members.isReducible(call.python) {
                for element in try argument.pythonElements(python: call.python) { try apply(&set.members, element, call.python) }
            }
            return .none
        }
    }

    private func combined(_ call: Call, subtracts: Bool = false, _ combine: Combine) throws(PythonException) -> SetMembers {
        var result = members
        for argument in call.sent.positional where !subtracts || result.isReducible(call.python) { result = combine(result)(try SetMembers(argument, call.python)) }
        return result
    }
}

// MARK: - With another set

extension ManagedSet {
    @MethodTableBuilder<ManagedSet>
    private static var operators: [Method<ManagedSet>] {
        binary("__or__", SetMembers.union)
        binary("__and__", SetMembers.intersection)
        binary("__sub__", SetMembers.subtracting)
        binary("__xor__", SetMembers.symmetricDifference)
        reflected("__ror__", SetMembers.union)
        reflected("__rand__", SetMembers.intersection)
        reflected("__rsub__", SetMembers.subtracting)
        reflected("__rxor__", SetMembers.symmetricDifference)
        inPlace("__ior__", SetMembers.union)
        inPlace("__iand__", SetMembers.intersection)
        inPlace("__isub__", SetMembers.subtracting)
        inPlace("__ixor__", SetMembers.symmetricDifference)
    }

    @MethodTableBuilder<ManagedSet>
    private static var comparisons: [Method<ManagedSet>] {
        comparison("__le__") { $0.isSubset(of: $1) }
        comparison("__lt__") { $0.isSubset(of: $1) && $0.count < $1.count }
        comparison("__ge__") { $1.isSubset(of: $0) }
        comparison("__gt__") { $1.isSubset(of: $0) && $1.count < $0.count }
    }

    private static func binary(_ name: String, _ combine: @escaping Combine) -> Method<ManagedSet> {
        withSet(name) { set, other, _ in .value(combine(set.members)(other).fragment) }
    }

    /// The other set stands first, and the result is of its type.
    private static func reflected(_ name: String, _ combine: @escaping Combine) -> Method<ManagedSet> {
        withSet(name) { (set, other, isFrozen) throws(PythonException) in
            let members = combine(other)(set.members)
            return .value(isFrozen ? try members.frozen : members.fragment)
        }
    }

    private static func inPlace(_ name: String, _ combine: @escaping Combine) -> Method<ManagedSet> {
        withSet(name) { set, other, _ in
            set.members = combine(set.members)(other)
            return .value(set.members.fragment)
        }
    }

    private static func comparison(_ name: String, _ holds: @escaping @Sendable (SetMembers, SetMembers) -> Bool) -> Method<ManagedSet> {
        withSet(name) { set, other, _ in .bool(holds(set.members, other)) }
    }

    /// A method whose argument must be a `set` or `frozenset`; for another it answers `NotImplemented`.
    private static func withSet(
        _ name: String, _ body: @escaping @Sendable (inout ManagedSet, SetMembers, Bool) throws(PythonException) -> Outcome
    ) -> Method<ManagedSet> {
        Method("set.\(name)", .slot(1), iterates: true) { (set, call, _) throws(PythonException) in
            let value = try call[0].pythonValue()
            switch value {
            case .set: return try body(&set, try SetMembers(value, in: call[0], call.python), false)
            case .frozenSet: return try body(&set, try SetMembers(value, in: call[0], call.python), true)
            default: return try .notImplemented(call.python)
            }
        }
    }
}

extension SetMembers {
    /// Whether what is subtracted is looked at: in Python 3.6 it is not when there are no elements.
    fileprivate func isReducible(_ python: PythonVersion) -> Bool { !isEmpty || python.isPython2 || python >= PythonVersion(3, 7) }
}

extension Call {
    /// The first argument as an element to look for: a `set` stands for the `frozenset` of its elements.
    fileprivate func member() throws(PythonException) -> EntryKey {
        guard self[0].int == nil, case .set(let elements) = try self[0].pythonValue() else { return try key(0) }
        return try EntryKey(.frozenSet(elements))
    }
}
