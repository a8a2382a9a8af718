import CProcessSpawn
import Glibc

extension ChildProcess.Configuration {
    /// The environment variables of a child.
    public struct Environment: Sendable, Hashable {
        private let inherits: Bool
        private let changes: [String: String?]

        private init(inherits: Bool, changes: [String: String?]) {
            self.inherits = inherits
            self.changes = changes
        }

        /// Those that this process has when the child is started.
        public static let inherited = Environment(inherits: true, changes: [:])

        /// These and no others.
        public static func replaced(by variables: [String: String]) -> Environment {
            Environment(inherits: false, changes: variables.mapValues { $0 })
        }

        /// The same environment with some variables set to other values, and those whose value is `nil` removed.
        public func updating(_ changes: [String: String?]) -> Environment {
            Environment(inherits: inherits, changes: self.changes.merging(changes) { $1 })
        }
    }
}

extension ChildProcess.Configuration.Environment {
    /// Gives the body the variables as `posix_spawn` wants them: strings `NAME=VALUE`, and `nil` at the end.
    func withPointers<Result>(_ body: ([UnsafeMutablePointer<CChar>?]) -> Result) -> Result {
        let set = changes.compactMap { name, value in value.flatMap { strdup("\(name)=\($0)") } }
        defer { for entry in set { free(entry) } }
        return body(inheritedEntries + set + [nil])
    }

    /// The entries of this process's own that are not changed. They may hold any bytes, and are not copied.
    private var inheritedEntries: [UnsafeMutablePointer<CChar>?] {
        guard inherits, var next = process_spawn_environment() else { return [] }
        var entries: [UnsafeMutablePointer<CChar>?] = []
        while let entry = next.pointee {
            if changes[Self.name(of: entry)] == nil { entries.append(entry) }
            next += 1
        }
        return entries
    }

    private static func name(of entry: UnsafeMutablePointer<CChar>) -> String {
        let length = strchr(entry, Int32(UInt8(ascii: "="))).map { $0 - entry } ?? strlen(entry)
        return String(decoding: UnsafeRawBufferPointer(start: entry, count: length), as: UTF8.self)
    }
}
