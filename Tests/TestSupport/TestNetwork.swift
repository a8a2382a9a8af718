/// Two networks of their own with a cable between, which can be cut: what then is sent at either end arrives nowhere, and nobody is told.
///
/// They are namespaces of Linux, which the user must be allowed to make. They are gone with this object.
public final class CutNetwork: Sendable {
    /// The address of this end of the cable.
    public static let here = "10.99.0.1"
    private static let there = "10.99.0.2"

    private let holder: TestProgram
    /// A process in the network at the other end.
    private let other: Int32

    /// - Throws: when this user may make no namespaces, with what the system said.
    public init() async throws {
        holder = try TestProgram("/usr/bin/env", ["unshare", "--user", "--map-root-user", "--net", "bash", "-c", Self.script])
        guard let line = await holder.nextLine(), let pid = Int32(line) else {
            throw TestProgram.Failure(description: await holder.outcome().errors)
        }
        other = pid
    }

    private static let script = """
        set -e
        exec 3< <(exec unshare --net setpriv --pdeathsig KILL bash -c 'echo $$; exec sleep infinity')
        read other <&3
        inside="nsenter --target $other --net"
        ip link add dev cable-here type veth peer name cable-there
        ip link set cable-there netns $other
        ip address add \(here)/24 dev cable-here
        $inside ip address add \(there)/24 dev cable-there
        for link in lo cable-here; do ip link set $link up; done
        for link in lo cable-there; do $inside ip link set $link up; done
        echo $other
        read line
        ip link set cable-here down
        echo cut
        read line
        """

    /// Starts a program at this end of the cable.
    public func startHere(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws -> TestProgram {
        try start(holder.pid, path, arguments, environment)
    }

    /// Starts a program at the other end.
    public func startThere(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws -> TestProgram {
        try start(other, path, arguments, environment)
    }

    private func start(_ place: Int32, _ path: String, _ arguments: [String], _ environment: [String: String]) throws -> TestProgram {
        let enter = ["nsenter", "--target", "\(place)", "--user", "--preserve-credentials", "--net"]
        return try TestProgram("/usr/bin/env", enter + [path] + arguments, environment: environment)
    }

    /// Cuts the cable.
    public func cut() async {
        holder.send("cut")
        _ = await holder.nextLine()
    }
}
