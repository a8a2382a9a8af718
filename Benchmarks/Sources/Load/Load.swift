import ArgumentParser
import Glibc
import Multiprocessing

/// Puts a server under load with requests that are made beforehand, and counts the replies: what is measured is the server.
@main struct Load: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends the same requests over some connections for a while, and prints the calls per second as JSON.")

    @Option(help: "HOST:PORT or unix:PATH.") var address: String
    @Option(help: "The manager's key.") var authkey = "abc"
    @Flag(help: "The server is a Redis.") var redis = false
    @Option(help: "What is called: get, set, append, put, or pop (append and pop by turns).") var call = "get"
    @Option(help: "How many connections.") var connections = 8
    @Option(help: "How many requests each connection sends before it waits for their replies.") var depth = 1
    @Option(help: "Seconds.") var seconds = 3.0
    @Option(help: "Seconds before the counting begins.") var warmUp = 0.5
    @Option(help: "The server's process, whose processor time is counted.") var pid: Int32?

    mutating func validate() throws {
        guard connections > 0, depth > 0, seconds > 0 else { throw ValidationError("connections, depth and seconds must be positive") }
    }

    func run() throws {
        let address = try ManagerAddress(parsing: address)
        let workload: any Workload = if redis { try RedisWorkload(call, address) } else { try ManagerWorkload(call, address, key: AuthenticationKey(authkey)) }
        var loop = try LoadLoop(connections: (0..<connections).map { _ in try workload.connect() }, workload: workload, depth: depth)
        _ = try loop.run(seconds: warmUp)
        let cpu = pid.map(ProcessorTime.init(of:))
        let (replies, elapsed) = try loop.run(seconds: seconds)
        var fields = ["\"calls_per_second\": \(Int(Double(replies) / elapsed))", "\"replies\": \(replies)"]
        if let cpu, let pid {
            let used = ProcessorTime(of: pid).seconds - cpu.seconds
            fields.append("\"server_cpu_us_per_call\": \(used / Double(replies) * 1e6)")
            fields.append("\"server_cpu_share\": \(used / elapsed)")
        }
        print("{\(fields.joined(separator: ", "))}")
    }
}

/// The processor time that a process has used.
struct ProcessorTime {
    let seconds: Double

    /// Reads `/proc/PID/stat`, fields 14 and 15.
    init(of pid: Int32) {
        var text = [UInt8](repeating: 0, count: 4096)
        let file = open("/proc/\(pid)/stat", O_RDONLY)
        let count = file < 0 ? 0 : max(read(file, &text, text.count), 0)
        close(file)
        let fields = String(decoding: text[..<count], as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        let ticks = fields.count > 12 ? (Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0) : 0
        seconds = ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
