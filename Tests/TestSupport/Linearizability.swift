/// An object as its calls would find it if they came one after the other: what a linearizable one must look like from outside.
public protocol SequentialModel: Hashable, Sendable {
    associatedtype Operation: Sendable
    associatedtype Result: Sendable

    /// The object after an operation.
    ///
    /// - Parameter result: what the call returned; `nil` when it has not returned, and may return anything.
    /// - Returns: `nil` when the operation cannot take place here, or not with this result.
    func after(_ operation: Operation, by client: Int, returning result: Result?) -> Self?
}

/// One call of a history.
public struct RecordedCall<Model: SequentialModel>: Sendable {
    public let client: Int
    public let operation: Model.Operation
    /// `nil` for a call that did not return.
    public let result: Model.Result?
    /// When it was made and when it returned, by one clock of the whole history.
    public let began: Int
    public let ended: Int

    public init(_ client: Int, _ operation: Model.Operation, _ result: Model.Result?, began: Int, ended: Int = .max) {
        self.client = client
        self.operation = operation
        self.result = result
        self.began = began
        self.ended = result == nil ? .max : ended
    }
}

/// Whether each call of a history can have taken effect at one moment between its beginning and its end: the method of Wing and Gong (1993), which tries
/// every order that the times allow, and with Lowe (2017) never the same rest of calls in the same state again.
///
/// It takes time that grows fast with the number of calls that overlap: histories are to be short.
public struct LinearizabilityCheck<Model: SequentialModel> {
    private let calls: [RecordedCall<Model>]
    /// Where the search has been without success.
    private var failed: Set<Position> = []

    private struct Position: Hashable {
        var left: Set<Int>
        var model: Model
    }

    private init(_ history: [RecordedCall<Model>]) { calls = history }

    public static func passes(_ history: [RecordedCall<Model>], from model: Model) -> Bool {
        var check = LinearizabilityCheck(history)
        return check.search(Position(left: Set(history.indices), model: model))
    }

    private mutating func search(_ position: Position) -> Bool {
        // Calls that did not return need not have taken effect.
        guard position.left.contains(where: { calls[$0].result != nil }) else { return true }
        guard failed.insert(position).inserted else { return false }
        let firstEnd = position.left.map { calls[$0].ended }.min() ?? .max
        for number in position.left.sorted() where calls[number].began < firstEnd {
            let call = calls[number]
            guard let next = position.model.after(call.operation, by: call.client, returning: call.result) else { continue }
            if search(Position(left: position.left.subtracting([number]), model: next)) { return true }
        }
        return false
    }
}
