import Glibc
import Synchronization

/// A child's side of the link to its parent.
package final class ParentLink: Sendable {
    /// Seconds that a process which must end with its parent has for ending in order.
    private static let grace: UInt32 = 10

    /// What the parent sends after the preparation; ends when the parent is gone.
    let messages: AsyncStream<LinkMessage>

    private let link: ProcessLink
    private let received: AsyncStream<LinkMessage>.Continuation
    private let gone = OneShot<Void>()
    private let hasReported = Atomic(false)

    init(_ link: ProcessLink) {
        self.link = link
        (messages, received) = AsyncStream.makeStream()
    }

    /// Tells the parent that the target is about to run, which is all that most children have to say.
    func reportBootstrapped(_ role: ChildProcess.Role) {
        link.send(ChildReport.bootstrapped.message)
        if !role.reportsWhenReady { link.finishSending() }
    }

    /// Gives the parent what its `firstReport()` waits for, and more after that; false if the parent is gone.
    @discardableResult
    package func report(_ bytes: [UInt8]) -> Bool {
        hasReported.store(true, ordering: .relaxed)
        return link.send(ChildReport.value(bytes).message)
    }

    /// Tells the parent why there is no report; false if there was one, or the parent is gone.
    func reportFailure(_ error: any Error) -> Bool {
        !hasReported.load(ordering: .relaxed) && link.send(ChildReport.failure(String(describing: error)).message)
    }

    /// Waits until the parent has ended, in whatever way, or has hung up.
    ///
    /// - Throws: `CancellationError` when the waiting task is cancelled.
    package func isGone() async throws { try await gone.value() }

    /// Listens to the parent from now on.
    func listen(_ reader: LinkReader, _ role: ChildProcess.Role) throws(ProcessError) {
        try BlockingThread.run { [self] in
            var reader = reader
            while let message = reader.receive() { received.yield(message) }
            received.finish()
            gone.set(())
            if role != .ordinary { Self.end(role) }
        }
    }

    /// A worker has nobody left to work for, and takes along what its tasks have started, which may have signals blocked as threads of tasks do.
    private static func end(_ role: ChildProcess.Role) {
        if role == .worker { kill(0, SIGKILL) }
        if role == .daemon { kill(getpid(), SIGTERM) }
        sleep(grace)
        _exit(1)
    }
}
