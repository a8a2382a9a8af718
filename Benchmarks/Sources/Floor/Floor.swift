import ArgumentParser

/// What SwiftNIO takes by itself: a server that does nothing but receive and send, and a client that does nothing but send and await.
@main struct Floor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The bounds for any server and any client on SwiftNIO.", subcommands: [Serve.self, Least.self, Ask.self])
}
