import ManagedObjects

/// What the audit log is told of one connection.
struct SessionAudit {
    private let log: AuditLog
    private let session: SessionID
    private let peer: String
    /// Whose key the peer has shown to know.
    var holder: String?

    init(_ log: AuditLog, session: SessionID, peer: String) {
        self.log = log
        self.session = session
        self.peer = peer
    }

    /// The peer has shown to know a key.
    func authenticated() { log.add(line("authenticated").ended()) }

    /// The peer has not shown to know a key, and why it was refused.
    func refused(_ reason: String) {
        var line = line("refused")
        line.add("reason", reason)
        log.add(line.ended())
    }

    /// The peer may not do what it wanted to.
    func denied(_ what: String) {
        var line = line("denied")
        line.add("reason", what)
        log.add(line.ended())
    }

    /// The peer has got a proxy of an object that it asked for.
    func created(_ identifier: String, name: String) {
        var line = line("create")
        line.add("name", name)
        line.add("object", identifier)
        log.add(line.ended())
    }

    /// The peer calls a method.
    func called(_ method: String, of identifier: String, name: String) {
        var line = line("call")
        line.add("name", name)
        line.add("object", identifier)
        line.add("method", method)
        log.add(line.ended())
    }

    /// The peer has called a function that concerns everybody's objects.
    func administered(_ function: String) {
        var line = line("administer")
        line.add("function", function)
        log.add(line.ended())
    }

    /// The connection has ended.
    func ended() { log.add(line("ended").ended()) }

    private func line(_ event: StaticString) -> AuditLine {
        var line = AuditLine(event)
        line.add("session", session.rawValue)
        line.add("peer", peer)
        if let holder { line.add("key", holder) }
        return line
    }
}
