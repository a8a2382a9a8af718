import Synchronization

/// Writes down the calls of several clients, with times of one clock that only counts.
public final class HistoryRecorder<Model: SequentialModel>: Sendable {
    private let clock = Atomic(0)
    private let recorded = Mutex<[RecordedCall<Model>]>([])

    public init() {}

    public var history: [RecordedCall<Model>] { recorded.withLock { $0 } }

    /// A line for each call, in the order in which they were made.
    public var text: String {
        history.sorted { $0.began < $1.began }.map { call in
            let end = call.result.map { "\(call.ended): \($0)" } ?? "did not return"
            return "client \(call.client), \(call.began): \(call.operation), \(end)"
        }.joined(separator: "\n")
    }

    /// Makes a call and writes it down.
    ///
    /// - Parameter call: returns the call's result; `nil` for one whose end is not seen.
    @discardableResult
    public func record(_ client: Int, _ operation: Model.Operation, _ call: () throws -> Model.Result?) rethrows -> Model.Result? {
        let began = tick()
        let result = try call()
        let ended = tick()
        recorded.withLock { $0.append(RecordedCall(client, operation, result, began: began, ended: ended)) }
        return result
    }

    private func tick() -> Int { clock.add(1, ordering: .sequentiallyConsistent).newValue }
}
