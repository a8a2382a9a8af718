/// One part of the system, as it is measured.
public struct Part: Sendable {
    /// Runs the part as often as is said.
    public typealias Body = (_ rounds: Int) throws -> Void

    /// `folder: what`.
    public let name: String
    /// How many calls one round makes. Results are given for one call.
    public let callsPerRound: Int
    /// Makes what a run needs, and sees that the part does what it should. This is not measured.
    public let prepare: @Sendable () throws -> Body

    init(_ name: String, callsPerRound: Int = 1, prepare: @escaping @Sendable () throws -> Body) {
        self.name = name
        self.callsPerRound = callsPerRound
        self.prepare = prepare
    }

    /// Every part.
    public static var all: [Part] { pickles + scans + fragments + frames + dispatch + objects + least }
}

/// A part does not do what it should, so that measuring it says nothing.
struct WrongResult: Error {
    let description: String
    init(_ description: String) { self.description = description }
}

/// - Throws: ``WrongResult`` when the condition does not hold.
func expect(_ condition: Bool, _ description: String) throws {
    guard condition else { throw WrongResult(description) }
}

/// Uses a result as far as the compiler can tell, so that what made it stays.
@inline(never) @_optimize(none)
func keep<Value>(_ value: borrowing Value) {}
