import Glibc

/// A program that starts child processes.
///
/// Mark the conforming type `@main` and put the program's work in `run()`. In a spawned child the target runs instead of it.
///
/// ```swift
/// @main struct Program: MultiprocessingProgram {
///     static func run() async throws {
///         let child = try ChildProcess(Greet(name: "Ada"))
///         try await child.start()
///         try await child.join()
///     }
/// }
/// ```
public protocol MultiprocessingProgram {
    /// The program's work. Children that it leaves behind are joined, daemons terminated.
    ///
    /// - Throws: An error ends the program with exit status 1 and the line `PROGRAM: error` on standard error.
    static func run() async throws
}

extension MultiprocessingProgram {
    /// Runs the program, or in a spawned child its target.
    @concurrent public static func main() async {
        await ProcessBootstrap.runChildIfSpawned()
        let status = await runProgram()
        await ProcessBootstrap.finishChildren()
        exit(status)
    }

    private static func runProgram() async -> Int32 {
        do {
            try await run()
            return 0
        } catch {
            StandardError.print("\(Executable.name): \(error)")
            return 1
        }
    }
}
