extension ProcessPool {
    /// A task of a pool that has failed, or was lost with its worker.
    public struct TaskError: Error, Sendable, Hashable, CustomStringConvertible {
        /// What became of the task.
        public struct Code: Hashable, Sendable {
            private enum Kind { case failed, workerLost }
            private let kind: Kind

            /// Its `run()` has thrown an error, or its fields or its output could not be read.
            public static let failed = Code(kind: .failed)
            /// Its worker process has ended while it ran.
            public static let workerLost = Code(kind: .workerLost)
        }

        /// What became of the task.
        public let code: Code
        /// The task's place among those of the call, from 0.
        public let index: Int
        /// The name of the error's type in the worker, such as `DecodingError`; `ExitStatus` for a lost worker.
        public let typeName: String
        /// The error's text; for a lost worker, how it ended.
        public let text: String

        /// The index, the type and the text.
        public var description: String {
            code == .failed ? "task \(index) failed: \(typeName): \(text)" : "task \(index) was lost with its worker, which \(text)"
        }
    }
}
