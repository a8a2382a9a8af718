import Foundation
import TestSupport

/// Numbered items that a producer puts into a work queue and workers do, whatever befalls them; and the account of it.
///
/// To do an item is to note it in a file, which is therefore right whoever is killed. The workers are three programs in Python, one in Swift,
/// which connects again by itself, and a `manager work`.
final class NumberedWork: Sendable {
    /// Starts a program where the parties are.
    typealias Launch = @Sendable (_ path: String, _ arguments: [String]) throws -> TestProgram

    /// What their server has to have.
    static let registrations = [
        "--register", #"work=WorkQueue{"maxsize": \#(capacity), "max_deliveries": 0, "unique_window": 86400}"#, "--register", "results=Queue",
    ]
    static let capacity = 50

    let producer: Party
    let python: [Party]
    let swift: Party
    let command: Party

    private let folder: TemporaryFolder
    private let address: String
    private let launch: Launch

    init(_ interpreter: PythonInterpreter, at address: String, launch: @escaping Launch) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("") + "/"
        func script(_ name: String, _ script: String) -> Party {
            Party(name) { try launch(interpreter.path, ["-c", Self.connecting + script, address, path, name]) }
        }
        producer = script("producer", Self.producing)
        python = ["python1", "python2", "python3"].map { script($0, Self.working) }
        swift = Party("swift") { try launch(BuiltProduct.path("ProcessTestProgram"), ["numbered-worker", address, path, "swift"]) }
        command = Party("command") {
            try launch(BuiltProduct.path("manager"), [
                "work", "--address", address, "--tasks", "work", "--results", "results", "--jobs", "1", "--", "sh", "-c", "echo {} 0 command >> '\(path)done'",
            ])
        }
        (self.folder, self.address, self.launch) = (folder, address, launch)
    }

    var workers: [Party] { python + [swift, command] }
    var parties: [Party] { [producer] + workers }

    /// What the guide "Networks and keys" tells Python programs to do, with shorter times: 5 seconds.
    static let keepingAlive = """
        import socket
        from multiprocessing import connection

        def keeping_alive(address, connect=connection.SocketClient):
            client = connect(address)
            with socket.fromfd(client.fileno(), socket.AF_INET, socket.SOCK_STREAM) as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                for option, value in [(socket.TCP_KEEPIDLE, 2), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 3), (socket.TCP_USER_TIMEOUT, 5000)]:
                    s.setsockopt(socket.IPPROTO_TCP, option, value)
            return client

        connection.SocketClient = keeping_alive

        """

    private static let connecting = keepingAlive + """
        import os, sys, time
        from multiprocessing.managers import BaseManager
        class Manager(BaseManager): pass
        Manager.register('work')
        (host, port), folder, name = sys.argv[1].split(':'), sys.argv[2], sys.argv[3]
        m = Manager((host, int(port)), os.environ['MANAGER_AUTHKEY'].encode()); m.connect()
        q = m.work()
        def note(file, line):
            # One write, at the end of the file, whoever else writes.
            with open(os.path.join(folder, file), 'ab', 0) as file: file.write(line.encode())

        """

    /// Puts 0, 1, 2… until it is told to stop, and notes each. The one after what it noted last may have been put by the one before it: it has a key.
    private static let producing = """
        noted = os.path.join(folder, 'put')
        n = len(open(noted).readlines()) if os.path.exists(noted) else 0
        while True:
            q.put(n, key=n)
            note('put', '%d\\n' % n)
            n += 1
            if os.path.exists(os.path.join(folder, 'stop')): break
        """

    /// Notes each item and its delivery, which is the work, and after a moment acknowledges, which it notes, too.
    private static let working = """
        while True:
            receipt, n, delivery = q.lease()
            note('done', '%d %d %s\\n' % (n, delivery, name))
            time.sleep(0.002)
            q.ack(receipt)
            note('acknowledged', '%d\\n' % n)
        """
}

// MARK: - While it goes on

extension NumberedWork {
    /// Runs the parties beside the body, and dismisses them at its end.
    func run(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            for party in parties { group.addTask { try await party.keepRunning() } }
            let result: Result<Void, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            for party in parties { await party.dismiss() }
            try await group.waitForAll()
            try result.get()
        }
    }

    /// Waits until so many items more are done.
    func waitForProgress(by items: Int = 1) async throws {
        let before = lines("done").count
        try await waitUntil { lines("done").count >= before + items }
    }

    /// Waits until each of the workers has done something more: none of them hangs.
    func waitForEveryone() async throws {
        let before = lines("done").count
        try await waitUntil {
            let names = Set(lines("done").dropFirst(before).compactMap { $0.split(separator: " ").last.map(String.init) })
            return names.isSuperset(of: workers.map(\.name))
        }
    }

    /// Lets the producer stop, and waits until all that it has put is done.
    ///
    /// - Returns: what is left in the queue, as `counts` tells.
    func finish() async throws -> String {
        try folder.write("", to: "stop")
        try await waitUntil { await producer.isDone }
        _ = try await ask("join")
        return try await ask("counts")
    }

    private func ask(_ method: String) async throws -> String {
        let outcome = await (try launch(BuiltProduct.path("manager"), ["call", "--address", address, "work", method])).outcome()
        guard outcome.status == 0 else { throw TestProgram.Failure(description: outcome.errors) }
        return outcome.output
    }

    fileprivate func lines(_ file: String) -> [Substring] { ((try? folder.text(file)) ?? "").split(separator: "\n") }
}

// MARK: - The account

/// What became of the items.
struct WorkAccount {
    /// How many were put.
    let put: Int
    /// How many of them were done.
    let done: Int
    /// What was done beyond once each.
    let doneAgain: Int
    /// At most so many could be done again: each end of a worker, and each acknowledgement that came too late, may have cost one.
    let mayBeDoneAgain: Int
    /// Those that were done, and never put.
    let unknown: Int
    /// Those that more than one worker has acknowledged.
    let acknowledgedTwice: Int
    /// Those that more than one worker was told to be delivered for the first time.
    let firstTwice: Int

    var lost: Int { put - done }
}

extension NumberedWork {
    /// Counts, once all is at its end.
    func account() async -> WorkAccount {
        let put = Set(lines("put"))
        let deliveries = Dictionary(grouping: lines("done")) { $0.split(separator: " ")[0] }
        let acknowledged = Dictionary(grouping: lines("acknowledged")) { $0 }
        var most = lines("late").count
        for party in python + [swift] { most += await party.lastWords.count }
        // It may have two: its worker process goes on for a moment, and begins the next.
        most += await 2 * command.lastWords.count
        return WorkAccount(
            put: put.count, done: put.intersection(deliveries.keys).count, doneAgain: deliveries.values.reduce(0) { $0 + $1.count - 1 },
            mayBeDoneAgain: most, unknown: Set(deliveries.keys).subtracting(put).count,
            acknowledgedTwice: acknowledged.values.count { $0.count > 1 },
            firstTwice: deliveries.values.count { $0.count { $0.split(separator: " ")[1] == "1" } > 1 })
    }
}
