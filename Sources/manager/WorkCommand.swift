import ArgumentParser
import Glibc
import Multiprocessing

/// `manager work`
struct WorkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work",
        abstract: "Run a command for every item of a queue, and put the results into another.",
        discussion: """
            `{}` in the command stands for the item, which is added at the end where there is no {}. A result is a dict: input, \
            status (Python's returncode), output, error, problem, seconds; and id, when the item is a dict with an id and an input. \
            An item whose worker dies is run again by another; where the queue is a WorkQueue, so often as that allows. Runs until it is ended.

            Example: manager work --address master:5000 --authkey-file key --tasks get_task --results get_result -- sha256sum {}
            """)

    @OptionGroup var server: ServerOptions

    @Option(help: ArgumentHelp("The queue to take items from.", valueName: "QUEUE"))
    var tasks: String

    @Option(help: ArgumentHelp("The queue to put results into.", valueName: "QUEUE"))
    var results: String

    @OptionGroup var work: WorkOptions

    @Argument(parsing: .postTerminator, help: ArgumentHelp("The command, after --.", valueName: "COMMAND"))
    var command: [String] = []

    func run() async throws {
        let template = try CommandTemplate(command)
        let (server, work, tasks, results) = (server, work, tasks, results)
        try await Signals.endingOnRequest {
            let manager = try await server.connect()
            let worker = CommandWorker(
                tasks: try await manager(TypeID(tasks)), results: try await manager(TypeID(results)), command: template,
                timeout: work.timeout)
            try await WorkerPool(worker: worker, count: work.jobs ?? WorkOptions.processors) { worker in
                // A worker that ends by itself has told why: its server is gone.
                guard worker.wasKilled else { throw Failure("\(worker.obituary); see above", status: 1) }
                StandardStreams.error("manager: \(worker.obituary); another takes its place\n")
            }.run()
        }
    }
}

/// How work is spread.
struct WorkOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("How many worker processes (default: one for each processor).", valueName: "N"))
    var jobs: Int?

    @Option(help: ArgumentHelp("End a run of the command that takes longer.", valueName: "seconds"))
    var timeout: Double?

    func validate() throws {
        if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1.") }
        if let timeout, timeout <= 0 { throw ValidationError("--timeout must be more than 0.") }
    }

    static var processors: Int { max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1) }
}
