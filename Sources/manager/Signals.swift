import Multiprocessing
import UnixSignals

/// Ctrl-C and `kill`: what asks a command to end.
enum Signals {
    /// Runs the body until it is done or a signal asks to end, which cancels it. Returns only when the body has ended.
    ///
    /// - Throws: what the body throws; ``Failure`` with the status of the signal.
    static func endingOnRequest<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: Outcome<Result>.self) { group in
            group.addTask { .done(try await body()) }
            group.addTask {
                for await signal in signals { return .signal(signal == .sigint ? 2 : 15) }
                try await Task.sleep(for: .seconds(1 << 32))
                throw CancellationError()
            }
            defer { group.cancelAll() }
            switch try await group.next() {
            case .done(let result): return result
            case .signal(let number):
                group.cancelAll()
                _ = try? await group.next()
                throw Failure.signal(number)
            case nil: throw CancellationError()
            }
        }
    }

    /// The same for a command that goes on until it is ended, for which a signal is the proper end.
    static func untilRequested(_ body: @escaping @Sendable () async throws -> Void) async throws {
        do {
            try await endingOnRequest(body)
        } catch let failure as Failure where failure.isSignal {}
    }

    private enum Outcome<Result: Sendable>: Sendable {
        case done(Result)
        case signal(Int32)
    }
}
