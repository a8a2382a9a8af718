/// Two networks of their own with a cable between, which can lose packets, delay them and let them overtake each other, or be cut: what then is
/// sent at either end arrives nowhere, and nobody is told.
///
/// They are namespaces of Linux, which the user must be allowed to make. The cable is a process that carries packets between a network device
/// (`/dev/net/tun`) in each, for not every kernel has `netem`. All of it is gone with this object.
public final class TestNetwork: Sendable {
    /// The address of this end of the cable.
    public static let here = "10.99.0.1"
    private static let there = "10.99.0.2"

    /// What happens to packets on their way.
    public struct Conditions: Sendable {
        /// The part of the packets that is lost: 0 to 1.
        let loss: Double
        /// How long each takes at least.
        let delay: Duration
        /// By how much more some take than others, which then overtake them.
        let jitter: Duration

        public init(loss: Double = 0, delay: Duration = .zero, jitter: Duration = .zero) {
            (self.loss, self.delay, self.jitter) = (loss, delay, jitter)
        }

        /// A cable that is cut, or pulled out.
        public static let cut = Conditions(loss: 1)
    }

    /// The process that is the cable, in the network at this end.
    private let cable: TestProgram
    /// A process in the network at the other end.
    private let other: Int32

    /// - Throws: when this user may make no namespaces or network devices, or there is no Python, which runs the cable; with what the system said.
    public init() async throws {
        guard let python = PythonInterpreter.newest else { throw TestProgram.Failure(description: "there is no Python") }
        cable = try TestProgram(
            "/usr/bin/env", ["unshare", "--user", "--map-root-user", "--net", "bash", "-c", Self.networks, python.path, Self.cableScript])
        guard let line = await cable.nextLine(), let pid = Int32(line) else {
            throw TestProgram.Failure(description: await cable.outcome().errors)
        }
        other = pid
    }

    /// `nil`, and said aloud, where the user may not make one.
    public static func ifPermitted() async -> TestNetwork? {
        do {
            return try await TestNetwork()
        } catch {
            print("NOT TESTED, since this user may make no networks: what happens when they fail (\(error))")
            return nil
        }
    }

    /// Makes the other network, and becomes the cable.
    private static let networks = """
        exec 3< <(exec unshare --net setpriv --pdeathsig KILL bash -c 'echo $$; exec sleep infinity')
        read other <&3
        exec "$0" -u -c "$1" $other
        """

    private static let cableScript = """
        import fcntl, heapq, os, random, select, struct, subprocess, sys, time

        def device(name):
            # TUNSETIFF: a device of IP packets (IFF_TUN), with nothing in front of each (IFF_NO_PI).
            end = os.open('/dev/net/tun', os.O_RDWR)
            fcntl.ioctl(end, 0x400454ca, struct.pack('16sH22x', name, 0x1001))
            return end

        def ip(command, inside=[]):
            subprocess.run(inside + ['ip'] + command.split(), check=True)

        other = sys.argv[1]
        ends = [device(b'here'), device(b'there')]
        ip('link set there netns ' + other)
        for name, address, inside in [('here', '\(here)/24', []), ('there', '\(there)/24', ['nsenter', '--target', other, '--net'])]:
            ip('address add %s dev %s' % (address, name), inside)
            for link in ['lo', name]: ip('link set %s up' % link, inside)
        print(other)

        loss, delay, jitter = 0, 0, 0
        under_way, number = [], 0
        while True:
            wait = max(under_way[0][0] - time.monotonic(), 0) if under_way else None
            for end in select.select(ends + [sys.stdin], [], [], wait)[0]:
                if end is sys.stdin:
                    line = os.read(0, 1000)
                    if not line: sys.exit()
                    loss, delay, jitter = map(float, line.split())
                    if loss == 1: under_way.clear()
                    print('done')
                else:
                    packet = os.read(end, 65536)
                    if random.random() < loss: continue
                    # Of two with the same moment the earlier one comes first.
                    number += 1
                    moment = time.monotonic() + delay + jitter * random.random()
                    heapq.heappush(under_way, (moment, number, ends[1 - ends.index(end)], packet))
            while under_way and under_way[0][0] <= time.monotonic():
                _, _, end, packet = heapq.heappop(under_way)
                os.write(end, packet)
        """

    /// Starts a program at this end of the cable.
    public func startHere(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws -> TestProgram {
        try start(cable.pid, path, arguments, environment)
    }

    /// Starts a program at the other end.
    public func startThere(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws -> TestProgram {
        try start(other, path, arguments, environment)
    }

    private func start(_ place: Int32, _ path: String, _ arguments: [String], _ environment: [String: String]) throws -> TestProgram {
        let enter = ["nsenter", "--target", "\(place)", "--user", "--preserve-credentials", "--net"]
        return try TestProgram("/usr/bin/env", enter + [path] + arguments, environment: environment)
    }

    /// Changes what happens to packets from now on.
    public func set(_ conditions: Conditions) async {
        cable.send("\(conditions.loss) \(conditions.delay / .seconds(1)) \(conditions.jitter / .seconds(1))")
        _ = await cable.nextLine()
    }

    /// Cuts the cable, which can be mended by other conditions.
    public func cut() async { await set(.cut) }
}
