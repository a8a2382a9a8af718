import Foundation
import TestSupport
import Testing

/// A server that is killed under load and started again, without what it held: `SERVER_FAULT_KILLS=100 swift test --filter ServerFaultTests`.
@Suite(.timeLimit(.minutes(60))) struct ServerFaultTests {
    private static let kills = ProcessInfo.processInfo.environment["SERVER_FAULT_KILLS"].flatMap { Int($0) } ?? 3

    @Test func `Every client of a server that is killed is told at once or connects again, and nobody hangs`() async throws {
        guard let python = PythonInterpreter.newest else { return }
        let environment = ["MANAGER_AUTHKEY": "abc"]
        func serve(at address: String) async throws -> (TestProgram, address: String) {
            let server = try ManagerProgram.start(["serve", "--address", address] + NumberedWork.registrations, environment: environment)
            return (server, try await server.listeningAddress())
        }

        var (server, address) = try await serve(at: "127.0.0.1:0")
        let work = try NumberedWork(python, at: address) { try TestProgram($0, $1, environment: environment) }
        let told = [work.producer, work.command] + work.python
        var epochs: Set<String> = []
        try await work.run {
            for _ in 0..<Self.kills {
                try await work.waitForEveryone()
                epochs.insert(try await epoch(address, environment))
                var ends: [Int] = []
                for party in told { ends.append(await party.lastWords.count) }
                server.kill()
                // There is no other server that could have told them.
                for (party, before) in zip(told, ends) { try await party.waitForEnd(after: before) }
                (server, _) = try await serve(at: address)
            }
            // The one in Swift, too, which connects again by itself.
            try await work.waitForEveryone()
            #expect(try await work.finish() == "{'ready': 0, 'leased': 0, 'delayed': 0, 'dead': 0}\n")
        }
        #expect(epochs.count == Self.kills)
        let swiftWords = await work.swift.lastWords
        #expect(swiftWords == [])
        for party in told { for words in await party.lastWords { #expect(Self.isClear(words), "\(party.name): \(words)") } }

        let account = await work.account()
        // What the server held is lost with it: what waited, what was on lease, and what was just being put.
        #expect(account.lost <= Self.kills * (NumberedWork.capacity + work.parties.count))
        // Its keys are, too: what was put just then, and done, may have been put again.
        #expect(account.doneAgain <= account.mayBeDoneAgain + Self.kills)
        print("\(Self.kills) kills of the server: \(account)")
        server.end()
        #expect(await server.outcome().status == 0)
    }

    private func epoch(_ address: String, _ environment: [String: String]) async throws -> String {
        let shown = try await ManagerProgram.run(["info", "--address", address], environment: environment)
        return try #require(shown.lines.first { $0.hasPrefix("epoch: ") })
    }

    /// Whether it says that the connection, or the server, is gone.
    private static func isClear(_ words: String) -> Bool {
        let last = words.split(separator: "\n").last ?? ""
        return ["EOFError", "ConnectionResetError", "ConnectionRefusedError", "BrokenPipeError", "manager: "].contains { last.hasPrefix($0) }
    }
}
