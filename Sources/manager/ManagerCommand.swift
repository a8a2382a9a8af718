import ArgumentParser

/// `manager`
struct ManagerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manager",
        abstract: "Shared objects and work queues for processes, on one machine or many.",
        discussion: """
            A manager's server holds queues, dictionaries, locks and more; programs in Swift and unmodified programs in Python \
            (multiprocessing.managers, 2.7 to 3.14) use them, and so do these commands.
            """,
        subcommands: [MapCommand.self, ServeCommand.self, PutCommand.self, GetCommand.self, WorkCommand.self, CallCommand.self, InfoCommand.self])
}
