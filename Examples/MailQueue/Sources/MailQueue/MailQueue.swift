import ArgumentParser
import Multiprocessing

/// A queue of mails: programs leave mails there and go on, workers on any machine send them.
@main struct MailQueue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A queue of mails that workers send.", subcommands: [Serve.self, Send.self, Work.self, Refused.self])
}

/// Where the queue is; the same for all subcommands.
struct QueueOptions: ParsableArguments {
    @Option(help: "Where the queue is: HOST:PORT or unix:PATH.") var queue = "127.0.0.1:5000"
    @Option(help: "The key that all must know.") var key = "abc"

    func manager() throws -> Manager {
        Manager(MailQueues.self, address: try ManagerAddress(parsing: queue), authkey: AuthenticationKey(key))
    }

    func connected() async throws -> Manager {
        let manager = try manager()
        try await manager.connect()
        return manager
    }
}

extension MailQueue {
    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Keep the queue.")
        @OptionGroup var options: QueueOptions

        func run() async throws {
            let server = try await options.manager().server()
            print("The queue is at \(server.address)")
            await server.serveForever()
        }
    }

    struct Send: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Leave a mail in the queue; its text is read from standard input.")
        @OptionGroup var options: QueueOptions
        @Option var from: String
        @Option var to: String
        @Option var subject = ""

        func run() async throws {
            var body = ""
            while let line = readLine(strippingNewline: false) { body += line }
            let mail = Mail(sender: from, recipient: to, subject: subject, body: body)
            try await options.connected()(MailQueues.outgoing).put(mail)
        }
    }

    struct Work: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Send the mails of the queue, until Ctrl-C.")
        @OptionGroup var options: QueueOptions
        @Option(help: "The mail server.") var smtpHost = "127.0.0.1"
        @Option(help: "Its port.") var smtpPort = 25

        func run() async throws {
            let manager = try await options.connected()
            let worker = Worker(
                outgoing: try await manager(MailQueues.outgoing), refused: try await manager(MailQueues.refused),
                mailServer: MailServer(host: smtpHost, port: smtpPort))
            try await worker.run()
        }
    }

    struct Refused: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take the mails that were refused, and say why they were.")
        @OptionGroup var options: QueueOptions

        func run() async throws {
            let refused = try await options.connected()(MailQueues.refused)
            while try await !refused.isEmpty {
                let refusal = try await refused.get()
                print("\(refusal.mail.recipient): \(refusal.mail.subject): \(refusal.reason)")
            }
        }
    }
}
