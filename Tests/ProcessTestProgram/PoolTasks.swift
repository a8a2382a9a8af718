import Glibc
import Multiprocessing

struct Square: PoolTask {
    let number: Int
    func run() async throws -> Int { number * number }
}

/// Returns nothing and does nothing, for measurements.
struct Nothing: ProcessTarget {
    let number: Int
    func run() async throws {}
}

/// The process that runs it.
struct WhoAmI: PoolTask {
    let number: Int
    func run() async throws -> Int32 { getpid() }
}

/// Fails for some numbers.
struct Picky: PoolTask {
    let number: Int
    func run() async throws -> Int {
        if number % 10 == 7 { throw TestError("no sevens, not even \(number)") }
        return number
    }
}

/// A result that is large.
struct Large: PoolTask {
    let text: String
    func run() async throws -> String { text + text }
}

/// Notes in a file that it has begun; the numbers that are to die kill their worker, as long as they have not begun so often.
struct Mortal: PoolTask {
    let number: Int
    let journal: String
    var deaths: [Int: Int] = [:]

    func run() async throws -> Int {
        Journal(path: journal).append("\(number)")
        let begun = Journal(path: journal).entries.count { $0 == "\(number)" }
        if let wanted = deaths[number], begun <= wanted { kill(getpid(), SIGKILL) }
        return number
    }
}

/// Notes which process it is in, and stays.
struct Stay: ProcessTarget {
    let journal: String
    func run() async throws {
        Journal(path: journal).append("\(getpid())")
        try await Task.sleep(for: .seconds(600))
    }
}

/// The same as a task.
struct StayForever: PoolTask {
    let journal: String
    func run() async throws -> Bool {
        try await Stay(journal: journal).run()
        return true
    }
}

/// Starts a program that outlives its starter, notes both, and stays.
struct StayWithHelper: ProcessTarget {
    func run() async throws {
        guard let command = popen("sleep 600 > /dev/null & echo $!", "r"), let helper = lines(command).first else { return }
        say("\(getpid()) \(helper)")
        try await Task.sleep(for: .seconds(600))
    }
}

struct Append: PoolTask {
    let number: Int
    let list: ListProxy<Int>
    func run() async throws -> ListProxy<Int> {
        try await list.append(number)
        return list
    }
}

struct Nested: PoolTask {
    let count: Int
    func run() async throws -> Int {
        try await withProcessPool(size: 2) { try await $0.map((0..<count).map { Square(number: $0) }).reduce(0, +) }
    }
}

/// What the initializer has left.
struct Prepared: PoolTask {
    func run() async throws -> String { getenv("PREPARED").map { String(cString: $0) } ?? "nothing" }
}

/// An initializer.
struct Prepare: ProcessTarget {
    let value: String
    func run() async throws {
        if value.isEmpty { throw TestError("nothing to prepare") }
        setenv("PREPARED", value, 1)
    }
}

private struct HiddenTask: PoolTask {
    func run() async throws -> Int { 0 }
}

func applyHidden(_ pool: ProcessPool) async throws -> Int { try await pool.apply(HiddenTask()) }

/// Lines that several processes add to a file.
struct Journal {
    let path: String

    /// A new one, in a file of this process's own.
    init() {
        path = "/tmp/ProcessTestProgram-journal-\(getpid())"
        remove()
    }

    init(path: String) { self.path = path }

    func append(_ line: String) {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        _ = "\(line)\n".withCString { write(file, $0, strlen($0)) }
        close(file)
    }

    var entries: [String] { lines(path) }

    func remove() { unlink(path) }
}

/// Looks again and again until the condition holds.
func wait(until condition: () -> Bool) async {
    while !condition() { await Task.yield() }
}
