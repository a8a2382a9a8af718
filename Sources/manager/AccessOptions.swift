import ArgumentParser
import Glibc
import ManagerServer
import Multiprocessing

/// Who may use the server that is run, and what each may do.
struct AccessOptions: ParsableArguments {
    @OptionGroup var key: KeyOptions

    @Option(help: ArgumentHelp(
        "A file that names several keys, and what each of them may do, in place of one key for everything.",
        discussion: """
            Its lines: key NAME KEYFILE…, and then what that key may do: create NAME…, call NAME|NAME.METHOD…, administer FUNCTION…; \
            * stands for all. Key files are looked for beside the file.
            """,
        valueName: "file"))
    var grants: String?

    func validate() throws {
        if grants != nil, key.authkeyFile != nil { throw ValidationError("--grants names the key files: --authkey-file has no place beside it.") }
    }

    /// Whether there are files that may be read again.
    var areReloadable: Bool { grants != nil || key.authkeyFile != nil }

    /// Reads the keys, and what they allow.
    ///
    /// - Parameter names: what is registered at the server.
    /// - Throws: ``Failure``
    func read(names: [String]) throws -> ServerAccess {
        guard let grants else { return .key(try key.read()) }
        do {
            let file = try GrantsFile(try Self.text(grants), names: names)
            return try ServerAccess(grants: try file.entries.map { try Self.grant($0, besides: grants) })
        } catch let error as GrantsSyntaxError {
            throw Failure("\(grants): \(error)")
        } catch let error as ServerAccessError {
            throw Failure("\(grants): \(error)")
        }
    }

    private static func grant(_ entry: GrantsFile.Entry, besides path: String) throws -> KeyGrant {
        let keys = try entry.keyFiles.map { file in
            do {
                return try KeyFile.read(file.hasPrefix("/") ? file : folder(of: path) + file)
            } catch let failure as Failure {
                throw Failure("\(path): line \(entry.line): \(failure.message)")
            }
        }
        return KeyGrant(entry.name, keys: keys, permissions: entry.permissions)
    }

    /// With the slash at its end; nothing for the folder that the command runs in.
    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }

    private static func text(_ path: String) throws -> String {
        guard let file = fopen(path, "re") else { throw Failure("cannot read the grants \(path): \(String(cString: strerror(errno)))") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Failure("the grants \(path) are no UTF-8") }
        return text
    }
}
