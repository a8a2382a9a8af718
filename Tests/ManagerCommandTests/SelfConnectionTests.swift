import TestSupport
import Testing

struct SelfConnectionTests {
    /// A network of its own in which a connection is always from port 40000, so that one to it where nobody listens is one with itself.
    private static let network = """
        ip link set lo up && echo 40000 40001 > /proc/sys/net/ipv4/ip_local_port_range && exec "$0" "$@"
        """

    private func inNetwork(_ path: String, _ arguments: [String]) throws -> TestProgram {
        try TestProgram(
            "/usr/bin/env", ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", Self.network, path] + arguments,
            environment: ["MANAGER_AUTHKEY": "abc"])
    }

    @Test(.timeLimit(.minutes(1))) func `Where nobody listens, nobody is connected with itself`() async throws {
        let trial = await (try inNetwork("true", [])).outcome()
        guard trial.status == 0 else { return print("NOT TESTED, since this user may make no networks: a connection with itself (\(trial.errors))") }
        if let python = PythonInterpreter.newest {
            // The network is such a one.
            let check = "import socket; s = socket.socket(); s.connect(('127.0.0.1', 40000)); print(s.getsockname() == s.getpeername())"
            #expect(await (try inNetwork(python.path, ["-c", check])).outcome().lines == ["True"])
        }
        let outcome = await (try inNetwork(BuiltProduct.path("manager"), ["info", "--address", "127.0.0.1:40000"])).outcome()
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("nobody listens at 127.0.0.1:40000"))
    }
}
