import Glibc

/// The program that this process runs.
enum Executable {
    private static let link = "/proc/self/exe"

    /// Its name as the user called it, without folders.
    static var name: String {
        CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "program"
    }

    /// The path to start it again.
    ///
    /// A path that no longer leads to this program (it was built again, or removed) is replaced by the kernel's own link to it,
    /// so that a child never is another version than its parent.
    static var path: String {
        guard let resolved = realpath(link, nil) else { return link }
        defer { free(resolved) }
        let path = String(cString: resolved)
        return isSameFile(path, link) ? path : link
    }

    private static func isSameFile(_ path: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        return stat(path, &first) == 0 && stat(other, &second) == 0
            && first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }
}
