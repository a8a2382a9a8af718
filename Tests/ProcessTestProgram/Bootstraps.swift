import Glibc
import Multiprocessing

/// A `main()` that forgets the bootstrap.
func startWithoutBootstrap() async {
    await printStartError()
}

/// A `main()` whose bootstrap runs in the parent only, so that a spawned child comes to the user's code again.
func startWithoutBootstrapInChild() async {
    let isChild = getenv("SWIFT_MULTIPROCESSING_CHILD") != nil
    if !isChild { await ProcessBootstrap.runChildIfSpawned() }
    say(isChild ? "child in user code" : "parent in user code")
    await printStartError()
}

/// A `main()` like that of a program with another framework's `@main`.
func ownMain() async {
    await ProcessBootstrap.runChildIfSpawned()
    say("main")
    do {
        try await ChildProcess(Say(text: "child")).start()
    } catch {
        say("\(error)")
    }
    await ProcessBootstrap.finishChildren()
}

private func printStartError() async {
    do {
        try await ChildProcess(Say(text: "child")).start()
    } catch {
        say("\(type(of: error)): \(error)")
    }
}
