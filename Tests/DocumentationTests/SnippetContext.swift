import ManagedMacros
import Multiprocessing

// What snippets speak of and do not show.

struct Greet: ProcessTarget {
    let name: String
    func run() async throws { print("Hello, \(name)") }
}

struct Report: ProcessTarget {
    func run() async throws { print("all is well") }
}

enum Command {
    static func main() async {}
}

@Managed final class Maths: Sendable {
    @Exposed init() {}
    @Exposed func add(_ a: Int, _ b: Int) -> Int { a + b }
    @Exposed func mul(_ a: Int, _ b: Int) -> Int { a * b }
}

enum Jobs: ManagerDefinition {
    static func register(in registry: inout Registry) {}
}
