import Glibc
import Multiprocessing

struct Say: ProcessTarget {
    let text: String
    func run() async throws { say(text) }
}

struct Exit: ProcessTarget {
    let status: Int32
    func run() async throws { exit(status) }
}

struct Raise: ProcessTarget {
    let signal: Int32
    func run() async throws {
        kill(getpid(), signal)
        try await Task.sleep(for: .seconds(600))
    }
}

struct Fail: ProcessTarget {
    let text: String
    func run() async throws { throw TestError(text) }
}

struct Sleep: ProcessTarget {
    func run() async throws { try await Task.sleep(for: .seconds(600)) }
}

/// Ignores SIGTERM, says so, and stays.
struct Ignore: ProcessTarget {
    /// A file that is made when it has said so, for a parent that must not go on before.
    var readyFile: String?

    func run() async throws {
        signal(SIGTERM, SIG_IGN)
        say("ignores SIGTERM")
        if let readyFile { close(open(readyFile, O_CREAT | O_WRONLY, 0o600)) }
        try await Task.sleep(for: .seconds(600))
    }
}

/// Says what comes on standard input, on both other streams.
struct Echo: ProcessTarget {
    func run() async throws {
        let line = readLine() ?? "end of file"
        say("out: \(line)")
        _ = "err: \(line)\n".withCString { write(STDERR_FILENO, $0, strlen($0)) }
    }
}

/// Every shape of field.
struct Fields: ProcessTarget, Equatable {
    enum Colour: String, Codable { case red, green }
    struct Point: Codable, Equatable { var x: Double, y: Double }
    enum Shape: Codable, Equatable { case dot, circle(radius: Double), named(String) }

    var text = "naïve 日本"
    var number = -(1 << 62)
    var real = 0.1
    var flag = true
    var nothing: Int?
    var something: Int? = 7
    var list = [1, 2, 3]
    var nested = [["a"], []]
    var table = ["one": 1, "two": 2]
    var colour = Colour.green
    var points = [Point(x: 1, y: -2)]
    var shapes = [Shape.dot, .circle(radius: 2), .named("x")]

    func run() async throws { say(self == Fields() ? "equal" : "\(self)") }
}

struct Generic<Value: Codable & Sendable>: ProcessTarget {
    let value: Value
    func run() async throws { say("\(Self.self) \(value)") }
}

struct Count: ProcessTarget {
    let numbers: [Int]
    func run() async throws { say("\(numbers.count) numbers, the last \(numbers.last ?? -1)") }
}

/// A type that says what it is and how its process is called, and starts a child of its own.
struct Introduce: ProcessTarget {
    let depth: Int

    func run() async throws {
        say("\(CurrentProcess.name) daemon=\(CurrentProcess.isDaemon) parent=\(CurrentProcess.parentID == getppid()) key=\(CurrentProcess.authkey)")
        if depth > 0 { try await runNested(Introduce(depth: depth - 1)) }
    }
}

/// `run(_:)` of the program, which a target's own `run()` hides.
func runNested(_ target: some ProcessTarget) async throws { try await run(target) }

/// A daemon that starts a child that would outlive it, and then one that would not.
struct DaemonParent: ProcessTarget {
    func run() async throws {
        do {
            try await ChildProcess(Say(text: "never")).start()
        } catch {
            say("\(error)")
        }
        let child = try ChildProcess(Say(text: "daemon of a daemon"), daemon: true)
        try await child.start()
        try await child.join()
    }
}

/// A field that cannot be encoded, as a file handle or a lambda in Python.
struct Handle: Codable, Sendable {
    init() {}
    init(from decoder: any Decoder) throws { throw TestError("no handle can be decoded") }
    func encode(to encoder: any Encoder) throws { throw TestError("an open file is of this process only") }
}

struct HasHandle: ProcessTarget {
    var path = "/tmp"
    var handle = Handle()
    func run() async throws {}
}

private struct Hidden: ProcessTarget {
    func run() async throws {}
}

func hiddenTarget() -> any ProcessTarget { Hidden() }

/// A target that its process fails to make.
struct Undecodable: ProcessTarget {
    enum Way: String, Codable { case error, crash, hang }
    let way: Way

    init(way: Way) { self.way = way }

    init(from decoder: any Decoder) throws {
        way = try decoder.container(keyedBy: CodingKeys.self).decode(Way.self, forKey: .way)
        switch way {
        case .error: throw TestError("the file is gone")
        case .crash: raise(SIGKILL)
        case .hang: while true { pause() }
        }
    }

    func run() async throws {}
}

/// What a child has inherited.
struct Inheritance: ProcessTarget {
    func run() async throws {
        say("numbers: \(openDescriptors())")
        say("open: \(openDescriptors().map(file))")
        for line in settledStatus() where line.hasPrefix("SigBlk") || line.hasPrefix("SigIgn") { say(line) }
        say("marker \(getenv("SWIFT_MULTIPROCESSING_CHILD").map { String(cString: $0) } ?? "none")")
        guard let command = popen("env | grep -c SWIFT_MULTIPROCESSING; ls /proc/self/fd | wc -l", "r") else { return }
        for line in lines(command) { say("command: \(line)") }
        pclose(command)
    }
}

/// This process's status when no signal is blocked in its main thread any more, or what it is after ten seconds.
///
/// libdispatch blocks most signals for a moment while it makes a thread. A mask that was handed down would stay.
private func settledStatus() -> [String] {
    let limit = ContinuousClock.now + .seconds(10)
    while true {
        let status = lines("/proc/self/status")
        if status.contains("SigBlk:\t0000000000000000") || ContinuousClock.now > limit { return status }
        sched_yield()
    }
}

func openDescriptors() -> [Int32] {
    guard let folder = opendir("/proc/self/fd") else { return [] }
    defer { closedir(folder) }
    var found: [Int32] = []
    while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if let number = Int32(name), number != dirfd(folder) { found.append(number) }
    }
    return found.sorted()
}

/// What is behind a descriptor, such as `/dev/null` or `socket:[1234]`.
func file(_ descriptor: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    guard readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count - 1) > 0 else { return "?" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

func lines(_ path: String) -> [String] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    return lines(file)
}

func lines(_ file: UnsafeMutablePointer<FILE>) -> [String] {
    var lines: [String] = []
    var buffer = [CChar](repeating: 0, count: 4096)
    while fgets(&buffer, Int32(buffer.count), file) != nil {
        lines.append(String(decoding: buffer.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
    return lines
}
