import Glibc
import Synchronization

// What a sanitizer must report, and what it must not: `sanitize` runs it before the tests, to know that their silence says something.

/// Counts on four threads, under a lock or without one.
final class Counter: @unchecked Sendable {
    // No proof: `race` is wrong on purpose.
    private var unguarded = [0]
    private let guarded = Mutex([0])

    func countGuarded() {
        for number in 0..<20_000 {
            guarded.withLock { $0[0] += number }
            if number % 100 == 0 { usleep(1) }
        }
    }

    func countUnguarded() {
        for number in 0..<20_000 { unguarded[0] += number }
    }
}

func onFourThreads(_ start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?) {
    let threads = (0..<4).map { _ in
        var thread = pthread_t()
        pthread_create(&thread, nil, start, nil)
        return thread
    }
    for thread in threads { pthread_join(thread, nil) }
}

let counter = Counter()

switch CommandLine.arguments.last {
case "mutex": onFourThreads { _ in counter.countGuarded(); return nil }
case "race": onFourThreads { _ in counter.countUnguarded(); return nil }
case "use-after-free":
    let place = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    place.initialize(to: 1)
    place.deallocate()
    place.pointee += 1
default: exit(2)
}
