extension ChildProcess {
    /// What a child process is given beside its target. The defaults are those of Python's `Process`: everything is as in this process.
    public struct Configuration: Sendable {
        /// Where the child's standard input comes from.
        public var standardInput: Input
        /// Where the child's standard output goes.
        public var standardOutput: Output
        /// Where the child's standard error goes.
        public var standardError: Output
        /// The variables that the child finds in its environment.
        public var environment: Environment
        /// The folder that the child starts in; `nil` for this process's own.
        public var workingDirectory: String?
        /// Whether the system may write the child's memory to a file when it crashes, and let a debugger of its user look into it. It has the key of its
        /// managers in it, so this is left to be asked for.
        public var allowsCoreDumps: Bool

        /// A configuration; what is not named stays as in this process.
        public init(
            standardInput: Input = .inherited, standardOutput: Output = .inherited, standardError: Output = .inherited,
            environment: Environment = .inherited, workingDirectory: String? = nil, allowsCoreDumps: Bool = false
        ) {
            self.standardInput = standardInput
            self.standardOutput = standardOutput
            self.standardError = standardError
            self.environment = environment
            self.workingDirectory = workingDirectory
            self.allowsCoreDumps = allowsCoreDumps
        }
    }
}

extension ChildProcess.Configuration {
    /// Where a child's standard input comes from.
    public struct Input: Sendable, Hashable {
        /// The file to read; `nil` for this process's own standard input.
        let path: String?

        /// This process's own standard input.
        public static let inherited = Input(path: nil)
        /// Nothing: the child reads the end at once.
        public static let empty = Input(path: "/dev/null")

        /// A file.
        ///
        /// - Parameter path: where it is; a relative path counts from this process's folder.
        public static func file(_ path: String) -> Input { Input(path: path) }
    }

    /// Where a child's standard output or standard error goes.
    public struct Output: Sendable, Hashable {
        enum Kind: Hashable { case inherited, captured, standardOutput, file(path: String, appending: Bool) }
        let kind: Kind

        /// This process's own stream.
        public static let inherited = Output(kind: .inherited)
        /// Nowhere.
        public static let discarded = file("/dev/null")
        /// To this process, which reads it as ``ChildProcess/standardOutput`` or ``ChildProcess/standardError``.
        ///
        /// What has not been read is held by the system, up to 64 KiB; then the child waits. So read it, or the child may never end.
        public static let captured = Output(kind: .captured)
        /// For standard error: where the child's standard output goes (`2>&1`).
        public static let standardOutput = Output(kind: .standardOutput)

        /// A file, which is made if there is none.
        ///
        /// - Parameters:
        ///   - path: where it is; a relative path counts from this process's folder.
        ///   - appending: whether the output comes behind what is in the file, instead of replacing it.
        public static func file(_ path: String, appending: Bool = false) -> Output {
            Output(kind: .file(path: path, appending: appending))
        }
    }
}
