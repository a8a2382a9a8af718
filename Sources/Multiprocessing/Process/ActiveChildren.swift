import Synchronization

/// The children of this process that are running, which also keeps them.
enum ActiveChildren {
    private static let children = Mutex<[ObjectIdentifier: ChildProcess]>([:])

    static var all: [ChildProcess] { children.withLock { Array($0.values) } }

    static func insert(_ child: ChildProcess) { children.withLock { $0[ObjectIdentifier(child)] = child } }

    static func remove(_ child: ChildProcess) { children.withLock { $0[ObjectIdentifier(child)] = nil } }
}
