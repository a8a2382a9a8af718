import Pickle

/// `slice(start, stop, step)` of a sequence of a known length.
struct PythonSlice {
    let start: Int
    let stop: Int
    let step: Int
    /// How many positions it names.
    let count: Int

    /// - Returns: `nil` when the value is no slice.
    /// - Throws: `TypeError` when a bound is no integer; `ValueError: slice step cannot be zero`.
    init?(_ value: PickleValue, length: Int) throws(PythonException) {
        guard let parts = Self.parts(value) else { return nil }
        let step = try Self.bound(parts[2])
        guard step != 0 else { throw .valueError("slice step cannot be zero") }
        try self.init(start: Self.bound(parts[0]), stop: Self.bound(parts[1]), step: step, length: length)
    }

    /// Start, stop and step; `nil` when the value is no slice.
    static func parts(_ value: PickleValue) -> [PickleValue]? {
        guard case .instance(let instance) = value, instance.global == PickleGlobal(module: "builtins", name: "slice"),
            case let parts = instance.arguments, parts.count == 3
        else { return nil }
        return parts
    }

    /// As CPython's `PySlice_AdjustIndices` does: bounds beyond the ends are drawn in, negative ones count from the end.
    init(start: Int?, stop: Int?, step: Int?, length: Int) throws(PythonException) {
        let step = max(step ?? 1, -Int.max)
        guard step != 0 else { throw .valueError("slice step cannot be zero") }
        let lowest = step < 0 ? -1 : 0
        let highest = step < 0 ? length - 1 : length
        func adjusted(_ bound: Int) -> Int {
            bound < 0 ? max(bound &+ length, lowest) : min(bound, highest)
        }
        self.step = step
        self.start = start.map(adjusted) ?? (step < 0 ? highest : lowest)
        self.stop = stop.map(adjusted) ?? (step < 0 ? lowest : highest)
        let distance = step < 0 ? self.start - self.stop : self.stop - self.start
        count = distance <= 0 ? 0 : (distance - 1) / abs(step) + 1
    }

    /// The positions, in the slice's order.
    var positions: some Collection<Int> {
        let (start, step) = (start, step)
        return (0..<count).lazy.map { start + $0 * step }
    }

    /// An `int` of any size: one that does not fit lies beyond either end.
    static func bound(_ value: PickleValue) throws(PythonException) -> Int? {
        switch value {
        case .none: nil
        case .int(let number): number
        case .bool(let flag): flag ? 1 : 0
        case .bigInt(let number): number.isNegative ? -Int.max : .max
        default: throw .typeError("slice indices must be integers or None or have an __index__ method")
        }
    }
}
