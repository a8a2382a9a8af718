import Foundation
import TestSupport
import Testing

/// A work queue of numbered items under load, while its workers and its producer are killed at random: `WORK_FAULT_KILLS=500 swift test --filter WorkFaultTests`.
@Suite(.timeLimit(.minutes(60))) struct WorkFaultTests {
    private static let kills = ProcessInfo.processInfo.environment["WORK_FAULT_KILLS"].flatMap { Int($0) } ?? 20

    @Test func `Every item is done, none is lost, and twice only what a killed worker had`() async throws {
        guard let python = PythonInterpreter.newest else { return }
        try await withServe(NumberedWork.registrations) { address, environment in
            let work = try NumberedWork(python, at: address) { try TestProgram($0, $1, environment: environment) }
            try await work.run {
                for _ in 0..<Self.kills {
                    try await work.waitForProgress()
                    try await work.parties.randomElement()?.kill()
                }
                try await work.waitForEveryone()
                #expect(try await work.finish() == "{'ready': 0, 'leased': 0, 'delayed': 0, 'dead': 0}\n")
            }
            let account = await work.account()
            account.expectNothingLost()
            print("\(Self.kills) kills: \(account)")
        }
    }
}

extension WorkAccount: CustomStringConvertible {
    var description: String { "\(put) items put, \(done) done, \(lost) lost, \(doneAgain) done again (at most \(mayBeDoneAgain) could be)" }

    /// Every item is done, and twice only what a worker had that ended before it had acknowledged.
    func expectNothingLost() {
        #expect(put > 0 && lost == 0 && unknown == 0)
        #expect(doneAgain <= mayBeDoneAgain && acknowledgedTwice == 0 && firstTwice == 0)
    }
}
