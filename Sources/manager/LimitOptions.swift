import ArgumentParser
import ManagerServer
import Multiprocessing

/// What peers may take of a server.
struct LimitOptions: ParsableArguments {
    @Option(help: "Connections at one time; further ones wait until others end (default: 20000).")
    var maxConnections: Int?

    @Option(help: "Connections from one network address at one time; further ones are closed (default: 10000).")
    var maxConnectionsPerPeer: Int?

    @Option(help: "Connections that have not authenticated; for a further one the oldest of them is closed (default: 1000).")
    var maxUnauthenticated: Int?

    @Option(help: ArgumentHelp("The longest message, and so the largest value (default: 1G).", valueName: "size"))
    var maxMessage: ByteCount?

    @Option(help: ArgumentHelp(
        "Memory that the server may use; beyond it what would store more is refused with MemoryError (default: three quarters of what there is).",
        valueName: "size"))
    var maxMemory: ByteCount?

    @Option(help: "Items that may wait in one queue, whatever its own bound, dead letters included (default: 100 million).")
    var maxQueueItems: Int?

    @Option(help: ArgumentHelp("Bytes that these items may have (default: 64G).", valueName: "size"))
    var maxQueueBytes: ByteCount?

    @Option(help: ArgumentHelp("Replies that may wait for one peer, beside the one it is reading (default: 64M).", valueName: "size"))
    var maxQueuedReplies: ByteCount?

    @Option(help: ArgumentHelp("How long a peer may take to authenticate (default: 20).", valueName: "seconds"))
    var handshakeTimeout: Double?

    @Option(help: ArgumentHelp("How long a peer that does not take its replies is borne with (default: 60).", valueName: "seconds"))
    var replyTimeout: Double?

    @Option(help: ArgumentHelp("How long methods that are at work may go on when the server ends (default: 5).", valueName: "seconds"))
    var grace: Double?

    func validate() throws {
        for (name, value) in [
            ("--max-connections", maxConnections), ("--max-connections-per-peer", maxConnectionsPerPeer), ("--max-unauthenticated", maxUnauthenticated),
            ("--max-queue-items", maxQueueItems),
        ] {
            if let value, value < 1 { throw ValidationError("\(name) must be at least 1") }
        }
        for (name, value) in [("--handshake-timeout", handshakeTimeout), ("--reply-timeout", replyTimeout), ("--grace", grace)] {
            if let value, !(value >= 0 && value < 1e9) { throw ValidationError("\(name) must be a number of seconds") }
        }
    }

    var queues: QueueLimits {
        var limits = QueueLimits()
        if let maxQueueItems { limits.items = maxQueueItems }
        if let maxQueueBytes { limits.bytes = maxQueueBytes.value }
        return limits
    }

    func apply(to configuration: inout ServerConfiguration) {
        if let maxConnections { configuration.maximumConnections = maxConnections }
        if let maxConnectionsPerPeer { configuration.maximumConnectionsPerPeer = maxConnectionsPerPeer }
        if let maxUnauthenticated { configuration.maximumUnauthenticatedConnections = maxUnauthenticated }
        if let maxMessage { configuration.maximumMessageLength = maxMessage.value }
        if let maxMemory { configuration.maximumMemory = maxMemory.value }
        if let maxQueuedReplies { configuration.maximumQueuedReplies = maxQueuedReplies.value }
        if let handshakeTimeout { configuration.handshakeTimeout = .seconds(handshakeTimeout) }
        if let replyTimeout { configuration.replyTimeout = .seconds(replyTimeout) }
        if let grace { configuration.gracePeriod = .seconds(grace) }
    }
}

/// A number of bytes as people write it: `512M`, `2G`, `65536`.
struct ByteCount: ExpressibleByArgument {
    let value: Int

    init?(argument: String) {
        let shift = ["K": 10, "M": 20, "G": 30, "T": 40][argument.last?.uppercased() ?? ""]
        guard let number = Int(shift == nil ? argument[...] : argument.dropLast()), number > 0 else { return nil }
        let (value, overflow) = number.multipliedReportingOverflow(by: 1 << (shift ?? 0))
        guard !overflow else { return nil }
        self.value = value
    }
}
