import Foundation
import Testing

/// The `manager` command as it was built, run as a user would.
final class ManagerProgram: Sendable {
    struct Ended: Sendable {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Beside the tests' own bundle.
    static let path: String = {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        let folder = bundle.range(of: ".xctest").map { String(bundle[..<$0.lowerBound]) } ?? bundle
        return URL(fileURLWithPath: folder).deletingLastPathComponent().appendingPathComponent("manager").path
    }()

    let process = Process()
    private let output = Pipe()
    private let errors = Pipe()

    /// Starts it.
    init(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws {
        let stdin = Pipe()
        process.executableURL = URL(fileURLWithPath: Self.path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        (process.standardInput, process.standardOutput, process.standardError) = (stdin, output, errors)
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
    }

    /// Waits until it has ended by itself.
    func end() async -> Ended {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "manager").async { [self] in
                let errors = Reader(errors.fileHandleForReading)
                let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                let complaint = errors.text()
                process.waitUntilExit()
                continuation.resume(returning: Ended(status: process.terminationStatus, output: text, errors: complaint))
            }
        }
    }

    /// The first line that it prints.
    func firstLine() async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "line").async { [output] in
                var line: [UInt8] = []
                while let byte = output.fileHandleForReading.readData(ofLength: 1).first, byte != 0x0a { line.append(byte) }
                continuation.resume(returning: String(decoding: line, as: UTF8.self))
            }
        }
    }

    static func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) async throws -> Ended {
        try await ManagerProgram(arguments, input: input, environment: environment).end()
    }

    /// Reads a pipe on a thread of its own, so that neither of two pipes fills up.
    private final class Reader: @unchecked Sendable {
        // Proof: `text` is written before the semaphore is signalled, and read after it.
        private var data = Data()
        private let done = DispatchSemaphore(value: 0)

        init(_ handle: FileHandle) {
            Thread.detachNewThread { [self] in
                data = handle.readDataToEndOfFile()
                done.signal()
            }
        }

        func text() -> String {
            done.wait()
            return String(decoding: data, as: UTF8.self)
        }
    }
}

/// A server that the command runs, on a free port, with the key `abc` in the environment.
func withServe(_ arguments: [String] = [], _ body: (_ address: String, _ environment: [String: String]) async throws -> Void) async throws {
    let environment = ["MANAGER_AUTHKEY": "abc"]
    let server = try ManagerProgram(["serve", "--address", "127.0.0.1:0"] + arguments, environment: environment)
    let line = await server.firstLine()
    #expect(line.hasPrefix("listening on 127.0.0.1:"))
    defer { server.process.terminate() }
    try await body(String(line.dropFirst("listening on ".count)), environment)
    server.process.terminate()
    server.process.waitUntilExit()
    #expect(server.process.terminationStatus == 0)
}
