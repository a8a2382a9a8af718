/// The types of Python's module `datetime`, as pickles hold them.
enum PythonDate {
    case date([Int])
    /// Year, month, day, hour, minute, second, microsecond; `isFolded` for the second of two equal times on a clock.
    case dateTime([Int], isFolded: Bool, zone: PickleValue?)
    /// Hour, minute, second, microsecond.
    case time([Int], isFolded: Bool, zone: PickleValue?)
    case timeDelta(days: Int, seconds: Int, microseconds: Int)
    case timeZone(offset: PickleValue, name: PickleValue?)

    /// `nil` when the instance is none of these, or is not made as they are.
    init?(_ instance: PickleInstance) {
        guard let type = instance.pythonClass, type.module == "datetime" else { return nil }
        let arguments = instance.arguments
        let zone = arguments.dropFirst().first
        switch (type.name, arguments.first?.payload) {
        case ("date", let bytes?) where bytes.count == 4: self = .date(Self.day(bytes))
        case ("datetime", let bytes?) where bytes.count == 10:
            self = .dateTime(Self.day(bytes) + Self.clock(bytes[4...]), isFolded: bytes[2] >= 0x80, zone: zone)
        case ("time", let bytes?) where bytes.count == 6:
            self = .time(Self.clock(bytes[...]), isFolded: bytes[0] >= 0x80, zone: zone)
        case ("timedelta", _):
            guard let delta = Self.delta(arguments) else { return nil }
            self = delta
        case ("timezone", _):
            guard let offset = arguments.first else { return nil }
            self = .timeZone(offset: offset, name: zone)
        default: return nil
        }
    }

    private static func day(_ bytes: [UInt8]) -> [Int] {
        [Int(bytes[0]) << 8 | Int(bytes[1]), Int(bytes[2] & 0x7f), Int(bytes[3])]
    }

    private static func clock(_ bytes: ArraySlice<UInt8>) -> [Int] {
        let bytes = bytes.map(Int.init)
        return [bytes[0] & 0x7f, bytes[1], bytes[2], bytes[3] << 16 | bytes[4] << 8 | bytes[5]]
    }

    /// Three numbers within the ranges that CPython keeps them in.
    private static func delta(_ arguments: [PickleValue]) -> PythonDate? {
        guard arguments.count == 3, case .int(let days) = arguments[0], case .int(let seconds) = arguments[1],
            case .int(let microseconds) = arguments[2], days.magnitude < 1_000_000_000, 0..<86_400 ~= seconds,
            0..<1_000_000 ~= microseconds
        else { return nil }
        return .timeDelta(days: days, seconds: seconds, microseconds: microseconds)
    }
}

// MARK: - repr

extension PythonDate {
    func reprParts(_ python: PythonVersion) -> [PythonTextPart] {
        switch self {
        case .date(let fields): [.text("datetime.date(\(Self.list(fields)))")]
        case .dateTime(let fields, let isFolded, let zone): Self.clockParts("datetime", fields, keeping: 5, [Self.fold(isFolded), Self.zone(zone)])
        case .time(let fields, let isFolded, let zone): Self.clockParts("time", fields, keeping: 2, [Self.zone(zone), Self.fold(isFolded)])
        case .timeDelta(let days, let seconds, let microseconds):
            [.text("datetime.timedelta(\(Self.deltaArguments([days, seconds, microseconds], python)))")]
        case .timeZone(let offset, let name): Self.zoneParts(offset, name)
        }
    }

    private static func list(_ fields: [Int]) -> String { fields.map(String.init).joined(separator: ", ") }

    /// Seconds and microseconds are left out where they, and all after them, are zero.
    private static func clockParts(
        _ name: String, _ fields: [Int], keeping count: Int, _ keywords: [[PythonTextPart]]
    ) -> [PythonTextPart] {
        var fields = fields
        while fields.count > count, fields.last == 0 { fields.removeLast() }
        return [.text("datetime.\(name)(\(list(fields))")] + keywords.joined() + [.text(")")]
    }

    private static func fold(_ isFolded: Bool) -> [PythonTextPart] { isFolded ? [.text(", fold=1")] : [] }

    private static func zone(_ zone: PickleValue?) -> [PythonTextPart] {
        zone.map { [.text(", tzinfo="), .value($0)] } ?? []
    }

    /// Since Python 3.7 the fields that are not zero, by name; before, all but those at the end that are zero.
    private static func deltaArguments(_ fields: [Int], _ python: PythonVersion) -> String {
        if fields == [0, 0, 0] { return "0" }
        guard python < PythonVersion(3, 7) else {
            return zip(["days", "seconds", "microseconds"], fields).filter { $0.1 != 0 }.map { "\($0.0)=\($0.1)" }.joined(separator: ", ")
        }
        return list(fields[2] != 0 ? fields : fields[1] != 0 ? Array(fields.prefix(2)) : Array(fields.prefix(1)))
    }

    private static func zoneParts(_ offset: PickleValue, _ name: PickleValue?) -> [PythonTextPart] {
        if let name { return [.text("datetime.timezone("), .value(offset), .text(", "), .value(name), .text(")")] }
        if offset.delta?.isZero == true { return [.text("datetime.timezone.utc")] }
        return [.text("datetime.timezone("), .value(offset), .text(")")]
    }
}

// MARK: - str

extension PythonDate {
    /// `2024-05-01 10:00:00+02:00`
    var str: String {
        switch self {
        case .date(let fields): Self.dayText(fields)
        case .dateTime(let fields, _, let zone):
            "\(Self.dayText(fields)) \(Self.clockText(Array(fields.dropFirst(3))))\(Self.offsetText(zone))"
        case .time(let fields, _, let zone): Self.clockText(fields) + Self.offsetText(zone)
        case .timeDelta(let days, let seconds, let microseconds): Self.deltaText(days, seconds, microseconds)
        case .timeZone(let offset, let name): Self.zoneText(offset, name)
        }
    }

    private var isZero: Bool {
        if case .timeDelta(0, 0, 0) = self { true } else { false }
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
    }

    private static func dayText(_ fields: [Int]) -> String {
        "\(padded(fields[0], 4))-\(padded(fields[1], 2))-\(padded(fields[2], 2))"
    }

    private static func clockText(_ fields: [Int]) -> String {
        let clock = fields.prefix(3).map { padded($0, 2) }.joined(separator: ":")
        return fields[3] == 0 ? clock : "\(clock).\(padded(fields[3], 6))"
    }

    /// `-1 day, 23:59:59`
    private static func deltaText(_ days: Int, _ seconds: Int, _ microseconds: Int) -> String {
        let clock = "\(seconds / 3_600):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        let fraction = microseconds == 0 ? "" : ".\(padded(microseconds, 6))"
        let start = days == 0 ? "" : "\(days) day\(days.magnitude == 1 ? "" : "s"), "
        return start + clock + fraction
    }

    /// `+02:00`; empty for a zone whose offset only its class knows.
    private static func offsetText(_ zone: PickleValue?) -> String {
        guard let total = offset(of: zone) else { return "" }
        let (size, fraction) = (Int(total.magnitude) / 1_000_000, Int(total.magnitude) % 1_000_000)
        let minutes = "\(padded(size / 3_600, 2)):\(padded(size / 60 % 60, 2))"
        let rest = size % 60 == 0 && fraction == 0 ? "" : ":\(padded(size % 60, 2))"
        return (total < 0 ? "-" : "+") + minutes + rest + (fraction == 0 ? "" : ".\(padded(fraction, 6))")
    }

    /// A zone's distance from UTC in microseconds, where it is the same all the year.
    static func offset(of zone: PickleValue?) -> Int? {
        guard case .instance(let instance)? = zone, case .timeZone(let offset, _)? = PythonDate(instance) else { return nil }
        return offset.microseconds
    }

    private static func zoneText(_ offset: PickleValue, _ name: PickleValue?) -> String {
        if case .string(let name)? = name { return name }
        if offset.delta?.isZero == true { return "UTC" }
        return "UTC" + offsetText(.instance(PickleInstance(.global(PickleGlobal(module: "datetime", name: "timezone")), [offset])))
    }
}

extension PickleValue {
    /// The bytes of a date, which Python 2 pickles as a `str`.
    fileprivate var payload: [UInt8]? {
        switch self {
        case .bytes(let bytes), .legacyString(let bytes): bytes
        default: nil
        }
    }

    /// The length of a `timedelta` of less than some hundred thousand years.
    var microseconds: Int? {
        guard case .timeDelta(let days, let seconds, let microseconds)? = delta, days.magnitude < 100_000_000 else { return nil }
        return days * 86_400_000_000 + seconds * 1_000_000 + microseconds
    }

    fileprivate var delta: PythonDate? {
        guard case .instance(let instance) = self, case .timeDelta? = PythonDate(instance) else { return nil }
        return PythonDate(instance)
    }
}
