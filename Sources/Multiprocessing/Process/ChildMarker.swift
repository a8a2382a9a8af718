import Glibc

/// The environment variable that tells a process that it is a spawned child, and by which descriptor it is linked to its parent.
///
/// Its value is the descriptor and the inode number of the socket behind it, so that a variable that has reached another process is
/// not believed.
enum ChildMarker {
    static let variable = "SWIFT_MULTIPROCESSING_CHILD"

    /// The link's descriptor in the child: the first after the standard streams.
    static let descriptor: Int32 = 3

    static var isPresent: Bool { getenv(variable) != nil }

    static func value(for link: ProcessLink) -> String { "\(descriptor):\(inode(link.descriptor) ?? 0)" }

    /// Takes the link that the environment speaks of, and removes the variable, so that what this process starts is not marked.
    ///
    /// - Returns: nil if the link is not there.
    static func takeLink() -> ProcessLink? {
        let value = getenv(variable).map { String(cString: $0) }
        unsetenv(variable)
        guard let value, let inode = inode(descriptor), value == "\(descriptor):\(inode)" else { return nil }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return ProcessLink(Descriptor(descriptor))
    }

    private static func inode(_ descriptor: Int32) -> UInt? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        return UInt(status.st_ino)
    }
}
