import Glibc

/// Why a child process could not be made, started or waited for.
public struct ProcessError: Error, Hashable, CustomStringConvertible {
    /// The kind of failure.
    public struct Code: Hashable, Sendable {
        private enum Kind {
            case notStarted, alreadyStarted, unsendableTarget, daemonHasNoChildren, cannotStart, noReport
            case notCaptured, tooMuchOutput, invalidConfiguration, poolIsClosed
        }
        private let kind: Kind

        /// The process was joined before it was started.
        public static let notStarted = Code(kind: .notStarted)
        /// The process was started a second time.
        public static let alreadyStarted = Code(kind: .alreadyStarted)
        /// The target's type or one of its fields cannot be sent to another process (Python's `PicklingError`).
        public static let unsendableTarget = Code(kind: .unsendableTarget)
        /// A daemon process started a child that would outlive it.
        public static let daemonHasNoChildren = Code(kind: .daemonHasNoChildren)
        /// The operating system refused, or the child could not make its target, or its initializer has failed.
        public static let cannotStart = Code(kind: .cannotStart)
        /// The child ended before it had said what its parent waited for: that it is about to run its target, or that it is ready.
        public static let noReport = Code(kind: .noReport)
        /// A stream was read that is not captured, or whose process has not been started.
        public static let notCaptured = Code(kind: .notCaptured)
        /// A captured stream had more bytes than were allowed.
        public static let tooMuchOutput = Code(kind: .tooMuchOutput)
        /// A size, count or stream that makes no sense.
        public static let invalidConfiguration = Code(kind: .invalidConfiguration)
        /// The pool was used after its scope, or the scope has ended by an error.
        public static let poolIsClosed = Code(kind: .poolIsClosed)
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what to do about it.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// A system call that failed with this `errno`.
    static func system(_ call: String, _ number: Int32 = errno) -> ProcessError {
        ProcessError(.cannotStart, "cannot start a child process: \(call): \(String(cString: strerror(number)))")
    }
}

/// A child process was started by a process whose own start has not finished.
///
/// It is the `RuntimeError` that CPython's `multiprocessing.spawn` raises for a missing `if __name__ == '__main__'`.
public struct BootstrapError: Error, Hashable, CustomStringConvertible {
    /// What was forgotten and where it belongs.
    public let description = """
        An attempt has been made to start a new process before the current process has finished its bootstrapping phase.
        A child process is this same program started again, which must run the child's target instead of the program's \
        own work. So make your @main type conform to MultiprocessingProgram, and put that work in run():

            @main struct Program: MultiprocessingProgram {
                static func run() async throws { ... }
            }

        A program that has another main() calls `await ProcessBootstrap.runChildIfSpawned()` first of all in it.
        """
}
