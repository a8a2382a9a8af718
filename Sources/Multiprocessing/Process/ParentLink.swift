import Glibc

/// A child's side of the link to its parent.
package final class ParentLink: Sendable {
    /// Seconds that a process which must end with its parent has for ending in order.
    private static let grace: UInt32 = 10

    private let link: ProcessLink
    private let gone = OneShot<Void>()

    init(_ link: ProcessLink) { self.link = link }

    /// Tells the parent that the target is about to run. Only a server has more to say.
    func reportBootstrapped(_ role: ChildProcess.Role) {
        link.send(ChildReport.bootstrapped.message)
        if role != .server { link.finishSending() }
    }

    /// Gives the parent what its `firstReport()` waits for; false if the parent is gone or has its report already.
    @discardableResult
    package func report(_ bytes: [UInt8]) -> Bool { finish(with: .value(bytes)) }

    /// Tells the parent why there is no report; false as in `report(_:)`.
    func reportFailure(_ error: any Error) -> Bool { finish(with: .failure(String(describing: error))) }

    private func finish(with report: ChildReport) -> Bool {
        defer { link.finishSending() }
        return link.send(report.message)
    }

    /// Waits until the parent has ended, in whatever way, or has hung up.
    ///
    /// - Throws: `CancellationError` when the waiting task is cancelled.
    package func isGone() async throws { try await gone.value() }

    /// Watches the parent from now on.
    func watch(_ role: ChildProcess.Role) throws(ProcessError) {
        try BlockingThread.run { [self] in
            link.awaitEnd()
            gone.set(())
            if role != .ordinary { Self.end(role) }
        }
    }

    private static func end(_ role: ChildProcess.Role) {
        if role == .daemon { kill(getpid(), SIGTERM) }
        sleep(grace)
        _exit(1)
    }
}
