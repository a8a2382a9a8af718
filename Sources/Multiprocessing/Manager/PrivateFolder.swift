import Glibc

/// A folder that only this user can look into, for one socket.
struct PrivateFolder: Codable, Sendable {
    let path: String

    /// - Throws: ``ManagerError`` when the system refuses.
    init() throws(ManagerError) {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/multiprocessing-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ManagerError(.cannotConnect, "no folder for the server's socket can be made in \(base); set TMPDIR")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var socketPath: String { path + "/socket" }

    /// Removes the folder and the socket in it.
    func remove() {
        unlink(socketPath)
        rmdir(path)
    }
}
