/// A value of Python's module `datetime` as `==` and `hash` see it: two times with zones are equal when they are the same instant.
public enum PythonMoment: Hashable, Sendable {
    case date([Int])
    /// Without a zone.
    case dateTime([Int])
    /// A `datetime` with a zone, in microseconds since the year 1 of UTC.
    case instant(Int)
    /// Without a zone.
    case time([Int])
    /// A `time` with a zone, in microseconds since midnight of UTC.
    case timeOfDay(Int)
    case timeDelta([Int])
    /// In microseconds.
    case timeZone(offset: Int)

    /// `nil` for a zone whose offset only its class knows.
    init?(_ date: PythonDate) {
        switch date {
        case .date(let fields): self = .date(fields)
        case .dateTime(let fields, _, nil): self = .dateTime(fields)
        case .dateTime(let fields, _, let zone):
            guard let offset = PythonDate.offset(of: zone) else { return nil }
            self = .instant(Self.days(fields) * Self.day + Self.microseconds(fields.dropFirst(3)) - offset)
        case .time(let fields, _, nil): self = .time(fields)
        case .time(let fields, _, let zone):
            guard let offset = PythonDate.offset(of: zone) else { return nil }
            self = .timeOfDay(Self.microseconds(fields[...]) - offset)
        case .timeDelta(let days, let seconds, let microseconds): self = .timeDelta([days, seconds, microseconds])
        case .timeZone(let offset, _):
            guard let offset = offset.microseconds else { return nil }
            self = .timeZone(offset: offset)
        }
    }

    private static let day = 86_400_000_000

    /// Hour, minute, second, microsecond.
    private static func microseconds(_ clock: ArraySlice<Int>) -> Int {
        let seconds = clock.prefix(3).reduce(0) { $0 * 60 + $1 }
        return seconds * 1_000_000 + (clock.last ?? 0)
    }

    /// Days since the first of March before the year 1: leap days then come last.
    private static func days(_ fields: [Int]) -> Int {
        let month = (fields[1] + 9) % 12
        let year = fields[0] - (fields[1] <= 2 ? 1 : 0)
        return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + fields[2]
    }
}

// MARK: - Order

extension PythonDate {
    /// Python's `<`; `nil` where the two are of types that have no order.
    ///
    /// - Throws: `TypeError: can't compare offset-naive and offset-aware datetimes`
    func isLess(than other: PythonDate) throws(PythonException) -> Bool? {
        switch (self, other) {
        case (.date(let left), .date(let right)): return left.lexicographicallyPrecedes(right)
        case (.dateTime(let left, _, let zone), .dateTime(let right, _, let otherZone)):
            if try Self.areOfOneClock(zone, otherZone, "datetimes") { return left.lexicographicallyPrecedes(right) }
        case (.time(let left, _, let zone), .time(let right, _, let otherZone)):
            if try Self.areOfOneClock(zone, otherZone, "times") { return left.lexicographicallyPrecedes(right) }
        case (.timeDelta, .timeDelta): break
        default: return nil
        }
        return try PythonMoment(self).flatMap { left in PythonMoment(other).flatMap { left.isEarlier(than: $0) } }
            .orThrow("can't compare times of a time zone that is not known here")
    }

    /// Whether the fields alone tell which is first.
    private static func areOfOneClock(_ zone: PickleValue?, _ other: PickleValue?, _ what: String) throws(PythonException) -> Bool {
        guard (zone == nil) == (other == nil) else { throw .typeError("can't compare offset-naive and offset-aware \(what)") }
        return zone == other
    }
}

extension PythonMoment {
    fileprivate func isEarlier(than other: PythonMoment) -> Bool? {
        switch (self, other) {
        case (.instant(let left), .instant(let right)), (.timeOfDay(let left), .timeOfDay(let right)): left < right
        case (.timeDelta(let left), .timeDelta(let right)): left.lexicographicallyPrecedes(right)
        default: nil
        }
    }
}

extension Optional {
    fileprivate func orThrow(_ message: String) throws(PythonException) -> Wrapped {
        guard let value = self else { throw .typeError(message) }
        return value
    }
}
