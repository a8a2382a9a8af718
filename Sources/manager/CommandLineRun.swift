import ArgumentParser
import Glibc
import Multiprocessing

/// One run of the command: parses, performs, and ends with a status that says how it went.
///
/// Exit statuses: 0 done; 1 the work itself failed in part; 2 it could not begin (a wrong argument, an address in use, an unreadable
/// key); 128 + n ended by signal n.
enum CommandLineRun {
    static func run() async -> Never {
        do {
            var command = try ManagerCommand.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            await end(0)
        } catch let failure as Failure {
            if !failure.message.isEmpty { StandardStreams.error("manager: \(failure.message)\n") }
            await end(failure.status)
        } catch let error where ManagerCommand.exitCode(for: error) == .success {
            StandardStreams.output(ManagerCommand.fullMessage(for: error) + "\n")
            await end(0)
        } catch let error where isOwn(error) {
            StandardStreams.error("manager: \(error)\n")
            await end(2)
        } catch {
            StandardStreams.error(ManagerCommand.fullMessage(for: error) + "\n" + hint)
            await end(2)
        }
    }

    /// What a command line that could not be understood is likely to lack.
    private static var hint: String {
        let words = CommandLine.arguments.dropFirst()
        guard ["map", "work"].contains(words.first), !words.contains("--") else { return "" }
        return "  Write -- before the command that is to be run: manager \(words.first ?? "") … -- COMMAND\n"
    }

    private static func isOwn(_ error: any Error) -> Bool {
        error is ManagerError || error is RemoteError || error is ProcessError || error is TransportError || error is TLSError
            || error is AuditError || error is AddressSyntaxError
    }

    private static func end(_ status: Int32) async -> Never {
        await ProcessBootstrap.finishChildren()
        exit(status)
    }
}

/// Why a command ends without having done what it was asked.
struct Failure: Error {
    let message: String
    let status: Int32

    init(_ message: String, status: Int32 = 2) {
        self.message = message
        self.status = status
    }

    /// Ended by a signal, as shells report it.
    static func signal(_ number: Int32) -> Failure { Failure("", status: 128 + number) }

    var isSignal: Bool { status > 128 }
}
