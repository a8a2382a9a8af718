import Glibc

/// How a child's standard streams are set up, and this process's ends of those that are captured.
struct StandardStreams: Sendable {
    /// What is captured of standard output; `nil` if it is not.
    let output: CapturedOutput?
    /// What is captured of standard error; `nil` if it is not.
    let error: CapturedOutput?

    private let input: ChildProcess.Configuration.Input
    private let sinks: [(kind: ChildProcess.Configuration.Output.Kind, childs: Descriptor?)]

    init(_ configuration: ChildProcess.Configuration) throws(ProcessError) {
        input = configuration.standardInput
        let (output, outputEnd) = try Self.capture(configuration.standardOutput)
        let (error, errorEnd) = try Self.capture(configuration.standardError)
        (self.output, self.error) = (output, error)
        sinks = [(configuration.standardOutput.kind, outputEnd), (configuration.standardError.kind, errorEnd)]
    }

    private static func capture(_ output: ChildProcess.Configuration.Output) throws(ProcessError) -> (CapturedOutput?, Descriptor?) {
        guard output == .captured else { return (nil, nil) }
        let pipe = try Descriptor.pipe()
        return (CapturedOutput(pipe.output), pipe.input)
    }

    /// Adds what `posix_spawn` has to do.
    func add(to actions: inout posix_spawn_file_actions_t) {
        if let path = input.path { posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, path, O_RDONLY, 0) }
        for (stream, sink) in zip([STDOUT_FILENO, STDERR_FILENO], sinks) { Self.add(sink, as: stream, to: &actions) }
    }

    private static func add(
        _ sink: (kind: ChildProcess.Configuration.Output.Kind, childs: Descriptor?), as stream: Int32,
        to actions: inout posix_spawn_file_actions_t
    ) {
        switch sink.kind {
        case .inherited: break
        case .captured: if let end = sink.childs { posix_spawn_file_actions_adddup2(&actions, end.number, stream) }
        case .standardOutput: posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, stream)
        case .file(let path, let appending):
            let flags = O_WRONLY | O_CREAT | (appending ? O_APPEND : O_TRUNC)
            posix_spawn_file_actions_addopen(&actions, stream, path, flags, 0o666)
        }
    }
}
