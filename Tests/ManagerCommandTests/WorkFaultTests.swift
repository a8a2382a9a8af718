import Foundation
import TestSupport
import Testing

/// A work queue of numbered items under load, while its workers and its producer are killed at random: `WORK_FAULT_KILLS=500 swift test --filter WorkFaultTests`.
@Suite(.timeLimit(.minutes(60))) struct WorkFaultTests {
    private static let kills = ProcessInfo.processInfo.environment["WORK_FAULT_KILLS"].flatMap { Int($0) } ?? 20

    private static let connecting = """
        import os, sys, time
        from multiprocessing.managers import BaseManager
        class Manager(BaseManager): pass
        Manager.register('work')
        port, folder = int(sys.argv[1]), sys.argv[2]
        m = Manager(('127.0.0.1', port), b'abc'); m.connect()
        q = m.work()
        def note(name, line):
            # One write, at the end of the file, whoever else writes.
            with open(os.path.join(folder, name), 'ab', 0) as file: file.write(line.encode())

        """

    /// Puts 0, 1, 2… until it is told to stop, and notes each. The one after what it noted last may have been put by the one before it: it has a key.
    private static let producer = connecting + """
        noted = os.path.join(folder, 'put')
        n = len(open(noted).readlines()) if os.path.exists(noted) else 0
        while not os.path.exists(os.path.join(folder, 'stop')):
            q.put(n, key=n)
            note('put', '%d\\n' % n)
            n += 1
        """

    /// Notes each item and its delivery, which is the work, and acknowledges after a moment.
    private static let worker = connecting + """
        while True:
            receipt, n, delivery = q.lease()
            note('done', '%d %d\\n' % (n, delivery))
            time.sleep(0.002)
            q.ack(receipt)
        """

    /// What is running, and how to start it again.
    private struct Party {
        let start: () throws -> TestProgram
        var program: TestProgram
        let isCommand: Bool

        init(isCommand: Bool = false, _ start: @escaping () throws -> TestProgram) throws {
            self.start = start
            self.isCommand = isCommand
            program = try start()
        }

        mutating func killAndStart() async throws {
            program.kill()
            _ = await program.outcome()
            program = try start()
        }
    }

    private func lines(_ folder: URL, _ name: String) -> [Substring] {
        let text = (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
        return text.split(separator: "\n")
    }

    @Test func `Every item is done, none is lost, and twice only what a killed worker had`() async throws {
        guard let python = PythonInterpreter.newest else { return }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("faults-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let queue = #"work=WorkQueue{"maxsize": 50, "max_deliveries": 0, "unique_window": 86400}"#
        try await withServe(["--register", queue, "--register", "results=Queue"]) { address, environment in
            let port = String(address.split(separator: ":")[1])
            func script(_ script: String) throws -> Party { try Party { try python.start(script, [port, folder.path]) } }
            let command = [
                "work", "--address", address, "--tasks", "work", "--results", "results", "--jobs", "1", "--", "sh", "-c", "echo {} 0 >> '\(folder.path)/done'",
            ]
            var parties = [
                try script(Self.producer), try script(Self.worker), try script(Self.worker), try script(Self.worker),
                try Party(isCommand: true) { try ManagerProgram.start(command, environment: environment) },
            ]

            var most = 0
            for _ in 0..<Self.kills {
                // Something is done between two kills.
                let before = lines(folder, "done").count
                try await waitUntil {
                    try await Task.sleep(for: .milliseconds(5))
                    return lines(folder, "done").count > before
                }
                let victim = Int.random(in: parties.indices)
                // One that has the command's own worker and what that runs may leave two items half done.
                most += victim == 0 ? 0 : parties[victim].isCommand ? 2 : 1
                try await parties[victim].killAndStart()
            }

            _ = FileManager.default.createFile(atPath: folder.appendingPathComponent("stop").path, contents: nil)
            #expect(await parties[0].program.outcome().status == 0)
            let joined = try await ManagerProgram.run(["call", "--address", address, "work", "join"], environment: environment)
            #expect(joined.output == "None\n")
            let counts = try await ManagerProgram.run(["call", "--address", address, "work", "counts"], environment: environment)
            #expect(counts.output == "{'ready': 0, 'leased': 0, 'delayed': 0, 'dead': 0}\n")

            let (put, done) = (lines(folder, "put"), lines(folder, "done"))
            let deliveries = Dictionary(grouping: done) { $0.split(separator: " ")[0] }
            // A producer that was killed just then has put one that it did not note.
            #expect(Set(deliveries.keys).subtracting(put).isSubset(of: ["\(put.count)"]))
            // Of an item that was done again each Python worker knew that.
            for again in deliveries.values where again.count > 1 { #expect(again.count { $0.hasSuffix(" 1") } <= 1) }
            let (twice, lost) = (done.count - deliveries.count, Set(put).subtracting(deliveries.keys).count)
            #expect(lost == 0 && twice <= most)
            print("\(Self.kills) kills: \(put.count) items put, \(deliveries.count) done, \(lost) lost, \(twice) done again (at most \(most) could be)")
            for party in parties { party.program.kill() }
        }
    }
}
