import Glibc
import Multiprocessing

/// A process that reports when it is ready, as a manager's server does, and ends in order when its parent is gone.
struct Server: ProcessTarget {
    let word: String

    func run() async throws {
        guard let parent = CurrentProcess.parent else { throw TestError("a server needs a parent") }
        parent.report(Array("\(word) in group of its own: \(getpgrp() == getpid())".utf8))
        try await parent.isGone()
        say("server ends in order")
    }
}

/// A server that goes on when its parent is gone, until it is killed.
struct FailingServer: ProcessTarget {
    func run() async throws { throw TestError("the address is in use") }
}

func startServer(_ target: some ProcessTarget) async throws -> ChildProcess {
    let server = try ChildProcess(target, prefix: "SyncManager", role: .server)
    try await server.start()
    return server
}
