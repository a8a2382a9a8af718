import TestSupport
import Testing

/// The `manager` command as it was built, run as a user would.
enum ManagerProgram {
    static func start(_ arguments: [String], input: String? = "", environment: [String: String] = [:]) throws -> TestProgram {
        try TestProgram(BuiltProduct.path("manager"), arguments, environment: environment, input: input.map { Array($0.utf8) })
    }

    static func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) async throws -> Outcome {
        try await start(arguments, input: input, environment: environment).outcome()
    }
}

/// A server that the command runs, on a free port, with the key `abc` in the environment.
func withServe(_ arguments: [String] = [], _ body: (_ address: String, _ environment: [String: String]) async throws -> Void) async throws {
    let environment = ["MANAGER_AUTHKEY": "abc"]
    let server = try ManagerProgram.start(["serve", "--address", "127.0.0.1:0"] + arguments, environment: environment)
    let address = try await server.listeningAddress()
    #expect(address.hasPrefix("127.0.0.1:"))
    try await body(address, environment)
    server.end()
    #expect(await server.outcome().status == 0)
}
