import Foundation
import TestSupport
import Testing

/// `Examples/MailQueue`, with the mail server of Python's standard library, which had one until 3.11.
@Suite(.serialized, .timeLimit(.minutes(2))) struct MailQueueTests {
    static let mailServer = PythonInterpreter.python3.last { !$0.isAtLeast(3, 12) }
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Examples/MailQueue")

    enum WorkerKind: CaseIterable { case swift, python, python2 }

    /// A mail server that refuses who is called nobody, and puts off who is called later once; it prints what it takes.
    private static let mailServerScript = """
        import asyncore, smtpd, sys
        put_off = set()
        class Server(smtpd.SMTPServer):
            def process_message(self, peer, sender, recipients, data, **options):
                import email, email.header
                mail = email.message_from_bytes(data)
                subject = str(email.header.make_header(email.header.decode_header(mail['Subject'])))
                print(sender, recipients[0], ascii(subject), ascii(mail.get_payload(decode=True).decode('utf-8').strip()))
        class Channel(smtpd.SMTPChannel):
            def smtp_RCPT(self, arg):
                if 'nobody' in arg: return self.push('550 no such user')
                if 'later' in arg and not put_off: put_off.add(1); return self.push('451 come again')
                smtpd.SMTPChannel.smtp_RCPT(self, arg)
        Server.channel_class = Channel
        print(Server(('127.0.0.1', 0), None).socket.getsockname()[1])
        asyncore.loop()
        """

    private static func command(_ arguments: String...) throws -> TestProgram {
        try TestProgram("/usr/bin/env", ["stdbuf", "-oL", BuiltProduct.path("ExampleMailQueue")] + arguments)
    }

    private static func worker(_ kind: WorkerKind, _ queue: String, _ smtp: String) throws -> TestProgram? {
        let python = kind == .python2 ? PythonInterpreter.all.first { $0.major == 2 } : PythonInterpreter.newest
        if kind == .swift { return try command("work", "--queue", queue, "--smtp-port", smtp) }
        let port = String(queue.split(separator: ":")[1])
        return try python.map { try TestProgram($0.path, ["-u", folder.appendingPathComponent("worker.py").path, "127.0.0.1", port, "127.0.0.1", smtp]) }
    }

    private static func send(_ queue: String, to recipient: String, _ subject: String, _ body: String) async throws {
        let outcome = try await TestProgram.run(
            BuiltProduct.path("ExampleMailQueue"),
            ["send", "--queue", queue, "--from", "ada@example.org", "--to", recipient, "--subject", subject], input: Array(body.utf8))
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test(arguments: WorkerKind.allCases)
    func `Workers send what waits in the queue`(kind: WorkerKind) async throws {
        guard let python = Self.mailServer else {
            print("NOT TESTED, for want of a Python 3.11 or earlier, which has a mail server: MailQueue")
            return
        }
        let smtp = try python.start("import warnings; warnings.simplefilter('ignore')\n" + Self.mailServerScript)
        let port = try #require(await smtp.nextLine())
        let server = try Self.command("serve", "--queue", "127.0.0.1:0")
        let queue = String(try #require(await server.nextLine()?.split(separator: " ").last))
        guard let worker = try Self.worker(kind, queue, port) else { return }

        try await Self.send(queue, to: "charles@example.org", "Dinner", "Come at eight.\n.\nYours\n")
        #expect(await smtp.nextLine() == #"ada@example.org charles@example.org 'Dinner' 'Come at eight.\n.\nYours'"#)
        #expect(await worker.nextLine() == "sent to charles@example.org")

        try await Self.send(queue, to: "nobody@example.org", "Hello", "?")
        #expect(await worker.nextLine()?.hasPrefix("refused for nobody@example.org") == true)

        try await Self.send(queue, to: "later@example.org", "Grüße", "ä")
        #expect(await worker.nextLine()?.hasSuffix("trying again\(kind == .swift ? " in 1.0 seconds" : "")") == true)
        #expect(await smtp.nextLine() == #"ada@example.org later@example.org 'Gr\xfc\xdfe' '\xe4'"#)

        let refused = try await TestProgram.run(BuiltProduct.path("ExampleMailQueue"), ["refused", "--queue", queue])
        #expect(refused.lines.count == 1 && refused.lines[0].hasPrefix("nobody@example.org: Hello: "), "\(refused)")
        for program in [worker, server, smtp] { program.kill() }
    }
}
