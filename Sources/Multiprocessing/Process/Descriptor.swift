import CProcessSpawn
import Glibc

/// A file descriptor that is closed when nothing refers to it any more. No child inherits it unless `Spawn` passes it on.
final class Descriptor: Sendable {
    let number: Int32

    /// Takes over an open descriptor.
    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// The two ends of a pipe.
    static func pipe() throws(ProcessError) -> (output: Descriptor, input: Descriptor) {
        var ends: [Int32] = [-1, -1]
        guard process_spawn_pipe(&ends) == 0 else { throw .system("pipe2") }
        return (try aboveStandardStreams(ends[0]), try aboveStandardStreams(ends[1]))
    }

    /// The two ends of a stream that goes both ways.
    static func socketPair() throws(ProcessError) -> (Descriptor, Descriptor) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw .system("socketpair") }
        return (try aboveStandardStreams(ends[0]), try aboveStandardStreams(ends[1]))
    }

    /// A program that was started without standard streams gets their numbers for new descriptors, which a child's own streams would then
    /// overwrite: such a descriptor is moved up.
    private static func aboveStandardStreams(_ number: Int32) throws(ProcessError) -> Descriptor {
        guard number <= ChildMarker.descriptor else { return Descriptor(number) }
        let low = Descriptor(number)
        let moved = fcntl(low.number, F_DUPFD_CLOEXEC, ChildMarker.descriptor + 1)
        guard moved != -1 else { throw .system("fcntl") }
        return Descriptor(moved)
    }
}
