import Foundation
import NIOCore
import NIOPosix

/// A mail server, as far as a mail of text needs it (RFC 5321).
struct MailServer {
    let host: String
    let port: Int

    /// Why a mail was not taken.
    struct Trouble: Error, CustomStringConvertible {
        let description: String
        /// The server will never take this mail (its reply began with 5).
        let isPermanent: Bool
    }

    /// Hands a mail over.
    ///
    /// - Throws: `Trouble`.
    func send(_ mail: Mail) async throws {
        let channel = try await connect()
        try await channel.executeThenClose { input, output in
            var dialogue = Dialogue(lines: Lines(bytes: input.makeAsyncIterator()), output: output)
            try await dialogue.expect("2")
            try await dialogue.say("EHLO localhost", expecting: "2")
            try await dialogue.say("MAIL FROM:<\(oneLine(mail.sender))>", expecting: "2")
            try await dialogue.say("RCPT TO:<\(oneLine(mail.recipient))>", expecting: "2")
            try await dialogue.say("DATA", expecting: "3")
            try await dialogue.say(Self.message(mail), expecting: "2")
            try await dialogue.say("QUIT", expecting: "2")
        }
    }

    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
            }
        } catch {
            throw Trouble(description: "no mail server at \(host):\(port)", isPermanent: false)
        }
    }

    /// A header's text as RFC 2047 has it, where it is not ASCII.
    private static func encodedWord(_ text: String) -> String {
        text.utf8.allSatisfy { $0 < 0x80 } ? text : "=?utf-8?B?\(Data(text.utf8).base64EncodedString())?="
    }

    /// Header and text, ended by a line with a dot; a line that begins with a dot gets another.
    private static func message(_ mail: Mail) -> String {
        let header = [
            "From: <\(oneLine(mail.sender))>", "To: <\(oneLine(mail.recipient))>", "Subject: \(encodedWord(oneLine(mail.subject)))",
            "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "",
        ]
        let text = mail.body.split(separator: "\n", omittingEmptySubsequences: false).map { $0.hasPrefix(".") ? ".\($0)" : String($0) }
        return (header + text + ["."]).joined(separator: "\r\n")
    }
}

/// A text that goes into one line: what would end it early, and begin a command or a header of its own, becomes a space.
private func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
}

/// What client and server say to each other, line by line.
private struct Dialogue {
    var lines: Lines
    let output: NIOAsyncChannelOutboundWriter<ByteBuffer>

    mutating func say(_ line: String, expecting digit: Character) async throws {
        try await output.write(ByteBuffer(string: line + "\r\n"))
        try await expect(digit)
    }

    /// Reads a reply: lines with a `-` behind the code are followed by more.
    mutating func expect(_ digit: Character) async throws {
        while let line = try await lines.next() {
            if line.dropFirst(3).first == "-" { continue }
            guard line.first == digit else { throw MailServer.Trouble(description: line, isPermanent: line.first == "5") }
            return
        }
        throw MailServer.Trouble(description: "the mail server hung up", isPermanent: false)
    }
}

/// The lines that come over a connection.
private struct Lines {
    var bytes: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var buffer = ByteBuffer()

    init(bytes: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) { self.bytes = bytes }

    /// The next line without its end; `nil` when the connection has ended.
    mutating func next() async throws -> String? {
        while true {
            if let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer.readString(length: end - buffer.readerIndex) ?? ""
                buffer.moveReaderIndex(forwardBy: 1)
                return line.hasSuffix("\r") ? String(line.dropLast()) : line
            }
            guard var more = try await bytes.next() else { return nil }
            buffer.writeBuffer(&more)
        }
    }
}
