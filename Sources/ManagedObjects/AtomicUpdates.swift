import Pickle

// What is done with one place of an object in one step: CPython's proxies have it in several, between which others come.

extension Call {
    /// What adding the argument to a value gives; 1 is added when it was left out.
    ///
    /// - Throws: what Python's `+=` raises.
    func incremented(_ value: PickleValue, by position: Int) throws(PythonException) -> PickleValue {
        try value.pythonSum(with: optional(position)?.pythonValue() ?? .int(1), python: python)
    }

    /// A value that stays pickled, with the argument added to it.
    func incremented(_ fragment: Fragment, by position: Int) throws(PythonException) -> Fragment {
        if let value = fragment.int, let amount = optional(position).map({ $0.int }) ?? 1, case let (sum, overflow) = value.addingReportingOverflow(amount), !overflow {
            return Fragment(sum)
        }
        return try Fragment(pythonValue: incremented(fragment.pythonValue(), by: position))
    }

    /// Whether the argument is what is there, by Python's `==`; one that was left out stands for nothing being there.
    func expects(_ position: Int, _ held: Fragment?) throws(PythonException) -> Bool {
        guard let expected = optional(position), let held else { return optional(position) == nil && held == nil }
        if let expected = expected.int, let held = held.int { return expected == held }
        return try expected.pythonValue() == held.pythonValue()
    }
}

extension KeyedEntries {
    /// Adds to a value, from 0 on where there is none: `increment(key, by=1)`.
    ///
    /// - Returns: the new value.
    mutating func increment(_ key: EntryKey, _ call: Call) throws(PythonException) -> Outcome {
        let sum = try call.incremented(self[key] ?? Fragment(0), by: 1)
        set(key, (call[0], sum))
        return .value(sum)
    }

    /// `compare_and_set(key, expected, new)`: without a new value it removes the key; without an expected one there must be none.
    ///
    /// - Returns: whether it did.
    mutating func compareAndSet(_ key: EntryKey, _ call: Call) throws(PythonException) -> Outcome {
        guard try call.expects(1, self[key]) else { return .bool(false) }
        if let new = call.optional(2) { set(key, (call[0], new)) } else { remove(key) }
        return .bool(true)
    }

    /// `exchange(key, value, default=None)`
    ///
    /// - Returns: the old value, or the default.
    mutating func exchange(_ key: EntryKey, _ call: Call) -> Outcome {
        let old = self[key]
        set(key, (call[0], call[1]))
        return .value(old ?? call.optional(2) ?? .none)
    }
}
