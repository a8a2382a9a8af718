import Foundation
import TestSupport
import Testing

/// A work queue of numbered items whose workers and producer reach it over a network that loses packets, delays them and is cut, while they are
/// killed, too: `NETWORK_FAULTS=300 swift test --filter NetworkFaultTests`.
@Suite(.timeLimit(.minutes(60))) struct NetworkFaultTests {
    private static let faults = ProcessInfo.processInfo.environment["NETWORK_FAULTS"].flatMap { Int($0) } ?? 3

    /// In seconds; after twice as long, at the latest, a peer that cannot be reached has gone.
    private static let peerTimeout = 2

    private enum Fault: CaseIterable {
        /// Somebody is killed.
        case kill
        /// The cable is cut for so short a time that every connection outlives it.
        case interruption
        /// The cable is cut for so long that the server takes everybody for gone.
        case cut
    }

    @Test func `Every item is done and none is lost over a network that drops, delays and is cut, while workers are killed`() async throws {
        guard let python = PythonInterpreter.newest, let network = await TestNetwork.ifPermitted() else { return }
        let environment = ["MANAGER_AUTHKEY": "abc", "PYTHONDONTWRITEBYTECODE": "1"]
        let server = try network.startHere(
            BuiltProduct.path("manager"),
            ["serve", "--address", "\(TestNetwork.here):0", "--peer-timeout", "\(Self.peerTimeout)"] + NumberedWork.registrations, environment: environment)
        let address = try await server.listeningAddress()
        let work = try NumberedWork(python, at: address) { try network.startThere($0, $1, environment: environment) }
        var faults: [Fault: Int] = [:]
        try await work.run {
            for number in 0..<Self.faults {
                await network.set(Self.badConditions)
                try await work.waitForProgress(by: 50)
                let fault = Fault.allCases[number % Fault.allCases.count]
                try await Self.commit(fault, network, work)
                faults[fault, default: 0] += 1
            }
            await network.set(TestNetwork.Conditions())
            try await work.waitForEveryone()
            #expect(try await work.finish() == "{'ready': 0, 'leased': 0, 'delayed': 0, 'dead': 0}\n")
        }
        let account = await work.account()
        account.expectNothingLost()
        let counts = Fault.allCases.map { "\($0)s: \(faults[$0] ?? 0)" }.joined(separator: ", ")
        print("\(counts), up to 5 % of the packets lost, up to 40 ms on their way: \(account)")
        server.end()
        #expect(await server.outcome().status == 0)
    }

    private static var badConditions: TestNetwork.Conditions {
        TestNetwork.Conditions(
            loss: .random(in: 0...0.05), delay: .milliseconds(.random(in: 0...20)), jitter: .milliseconds(.random(in: 0...20)))
    }

    private static func commit(_ fault: Fault, _ network: TestNetwork, _ work: NumberedWork) async throws {
        switch fault {
        case .kill: try await work.parties.randomElement()?.kill()
        case .interruption: try await interrupt(network, for: .random(in: 0.1...1))
        case .cut: try await interrupt(network, for: .random(in: 2...3) * Double(peerTimeout))
        }
    }

    private static func interrupt(_ network: TestNetwork, for seconds: Double) async throws {
        await network.cut()
        try await Task.sleep(for: .seconds(seconds))
    }
}
