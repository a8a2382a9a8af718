import Multiprocessing

/// Sends mails, one after the other. A mail is on lease while it is being sent: if this process dies, another worker gets it.
struct Worker {
    let outgoing: QueueProxy<Mail>
    let refused: QueueProxy<Refusal>
    let mailServer: MailServer
    /// How long a worker waits when the mail server has no time.
    var pause = Duration.seconds(1)

    func run() async throws {
        while true {
            do {
                try await outgoing.withLease { mail in
                    try await send(mail)
                }
            } catch let trouble as MailServer.Trouble {
                // The mail is back at the front of the queue.
                print("\(trouble); trying again in \(pause)")
                try await Task.sleep(for: pause)
            }
        }
    }

    /// - Throws: `MailServer.Trouble` when it is worth trying again.
    private func send(_ mail: Mail) async throws {
        do {
            try await mailServer.send(mail)
            print("sent to \(mail.recipient)")
        } catch let trouble as MailServer.Trouble where trouble.isPermanent {
            try await refused.put(Refusal(mail: mail, reason: "\(trouble)"))
            print("refused for \(mail.recipient): \(trouble)")
        }
    }
}
