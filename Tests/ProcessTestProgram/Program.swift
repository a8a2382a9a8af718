import Glibc
import Multiprocessing

/// The program that `Process…Tests` run as a user would: its first argument names a scenario.
@main enum Entry {
    static func main() async {
        switch CommandLine.arguments.dropFirst().first {
        case "without-bootstrap": await startWithoutBootstrap()
        case "bootstrap-in-parent-only": await startWithoutBootstrapInChild()
        case "own-main": await ownMain()
        default: await Program.main()
        }
    }
}

struct Program: MultiprocessingProgram {
    static func run() async throws {
        let name = CommandLine.arguments.dropFirst().first ?? ""
        guard let scenario = scenarios[name] else { throw TestError("no scenario '\(name)'") }
        try await scenario()
    }
}

struct TestError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Writes a line at once, also when standard output is a pipe.
func say(_ line: String) {
    print(line)
    fflush(nil)
}

/// Starts a target and waits for its end.
@discardableResult
func run(_ target: some ProcessTarget, name: String? = nil, daemon: Bool = false) async throws -> ChildProcess {
    let child = try ChildProcess(target, name: name, daemon: daemon)
    try await child.start()
    try await child.join()
    return child
}
