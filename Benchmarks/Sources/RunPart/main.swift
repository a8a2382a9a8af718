import Glibc
import PartBodies

// One part, as often as is said, for those who count what it does: run-part NAME ROUNDS. Without arguments it names the parts, each with the calls
// that a round of it makes. There is no asynchronous `main`: valgrind does not run what that rests on.
let arguments = CommandLine.arguments.dropFirst()
if arguments.isEmpty {
    for part in Part.all { print("\(part.callsPerRound)\t\(part.name)") }
} else {
    guard arguments.count == 2, let part = Part.all.first(where: { $0.name == arguments.first }), let rounds = arguments.last.flatMap({ Int($0) }) else {
        let usage = "run-part: NAME ROUNDS are expected; run-part alone names the parts\n"
        _ = write(STDERR_FILENO, usage, usage.utf8.count)
        exit(64)
    }
    try part.prepare()(rounds)
}
