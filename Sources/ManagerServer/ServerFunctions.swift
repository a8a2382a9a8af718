import ManagedObjects
import ManagerConnection
import Pickle

/// What the functions of the server itself work on, and for whom.
struct ServerFunctions: Sendable {
    let registry: Registry
    let objects: ObjectTable
    let memory: MemoryWatch
    /// The server's own address, as tokens carry it.
    let address: ManagerAddress
    let maximumOutstandingCalls: Int
    /// How often a client with a multiplexed session has to send something; `nil` for never.
    let heartbeat: Duration?
    /// Called when a peer asks the server to end.
    let shutdown: @Sendable () -> Void

    /// What a function answers with, and what it changed of the references that its caller has.
    struct Result {
        var reply: Fragment
        var references: (identifier: String, change: Int)?
    }

    /// Names that a client may ask for beyond CPython's protocol (`extensions`).
    static let extensions = ["session_functions", "lease", "server_info", "multiplexed", "work_queue", "holders"]

    /// Calls a function by name (CPython's `Server.public`).
    ///
    /// - Parameters:
    ///   - function: the name.
    ///   - arguments: what it is given, with its peer's Python.
    ///   - mayHoldProxies: whether there may be proxies in these.
    ///   - version: the protocol that the peer reads.
    ///   - now: the time.
    ///   - access: what the peer may do; `nil` for everything.
    /// - Throws: what the peer gets as `#TRACEBACK`.
    func call(
        _ function: String, _ arguments: Arguments, _ mayHoldProxies: Bool, at version: PickleProtocol, now: Timestamp, by access: SessionAccess?
    ) throws(PythonException) -> Result {
        try access?.checkAdministration(function, arguments.python)
        switch function {
        case "dummy": return Result(reply: .none)
        case "create":
            if memory.isFull(at: now) { throw memory.error }
            return try create(arguments, mayHoldProxies, at: version, by: access)
        case "incref": return try count(arguments, change: 1, by: access)
        case "decref": return try count(arguments, change: -1, by: access)
        case "get_methods": return Result(reply: names(try exposed(arguments, to: access), at: version))
        case "number_of_objects": return Result(reply: Fragment(objects.count))
        case "holders": return Result(reply: try holders(at: version))
        case "debug_info": return Result(reply: Fragment(text: debugInfo, at: version))
        case "server_info": return Result(reply: info(at: version))
        case "extensions": return Result(reply: names(Self.extensions, at: version))
        case "shutdown":
            shutdown()
            return Result(reply: .none)
        default: throw PythonException("AssertionError", "'\(function)' unrecognized")
        }
    }

    /// `create(typeid, *args, **kwds)`: the identifier and the exposed names.
    private func create(
        _ arguments: Arguments, _ mayHoldProxies: Bool, at version: PickleProtocol, by access: SessionAccess?
    ) throws(PythonException) -> Result {
        var arguments = arguments
        let typeID = try Self.takeTypeID(&arguments)
        try access?.checkCreation(typeID, arguments.python)
        let new = objects.newIdentifier()
        if mayHoldProxies {
            arguments = objects.claim(arguments, for: new)
            try access?.checkReferences(of: arguments, arguments.python)
        }
        let object = try registry.object(typeID, arguments)
        let identifier = objects.insert(object, named: typeID, as: new)
        let reply = FragmentBuilder.tuple([Fragment(text: identifier, at: version), names(object.exposed, at: version)])
        return Result(reply: reply, references: (identifier, 1))
    }

    /// Python 3.8 and earlier may name it.
    private static func takeTypeID(_ arguments: inout Arguments) throws(PythonException) -> String {
        if let first = arguments.positional.first?.text {
            arguments.positional.removeFirst()
            return first
        }
        guard let named = arguments.keywords.firstIndex(where: { $0.name == "typeid" }),
            let typeID = arguments.keywords.remove(at: named).value.text
        else { throw .typeError("Server.create() missing 1 required positional argument: 'typeid'") }
        return typeID
    }

    private func count(_ arguments: Arguments, change: Int, by access: SessionAccess?) throws(PythonException) -> Result {
        guard let identifier = arguments.positional.first?.text else { throw .typeError("an object's identifier is missing") }
        try access?.checkUse(of: identifier, arguments.python)
        if change > 0 { try objects.addReference(identifier) } else { try objects.dropReference(identifier) }
        return Result(reply: .none, references: (identifier, change))
    }

    /// The names of the object that a token speaks of.
    private func exposed(_ arguments: Arguments, to access: SessionAccess?) throws(PythonException) -> [String] {
        guard case .instance(let instance)? = try arguments.positional.first?.pythonValue(), let token = ProxyToken(token: instance)
        else { throw .typeError("get_methods() needs a Token") }
        try access?.checkUse(of: token.identifier, arguments.python)
        guard let object = objects.object(token.identifier) else { throw .keyError(.string(token.identifier)) }
        return object.exposed
    }

    /// What a client has to know of the server (`server_info()`): the version of what is beyond CPython's protocol, the epoch, which is another at
    /// each start, the types of which all get one object, how many calls a multiplexed connection may have outstanding, and how often, in milliseconds, it has to
    /// send something: 0 for never.
    func info(at version: PickleProtocol) -> Fragment {
        let entries: [(String, Fragment)] = [
            ("name", Fragment(text: "swift-multiprocessing", at: version)), ("version", Fragment(1)),
            ("epoch", Fragment(objects.epoch)),
            ("shared", names(registry.sharedTypeIDs, at: version)),
            ("outstanding_calls", Fragment(maximumOutstandingCalls)), ("heartbeat", Fragment(Int((heartbeat ?? .zero) / .milliseconds(1)))),
        ]
        return FragmentBuilder.dictionary(entries.map { (key: Fragment(text: $0, at: version), value: $1) })
    }

    private func names(_ names: [String], at version: PickleProtocol) -> Fragment {
        FragmentBuilder.tuple(names.map { Fragment(text: $0, at: version) })
    }

    /// Who holds which object (`holders()`): by identifier, a list of the session, the seconds since it asked for the object, and the fencing
    /// token or `None`.
    private func holders(at version: PickleProtocol) throws(PythonException) -> Fragment {
        let now = Timestamp.now
        var entries: [(key: Fragment, value: Fragment)] = []
        for (identifier, object, _) in objects.all {
            let holders = object.holders.map { holder in
                PickleValue.tuple([
                    .int(Int(holder.session.rawValue)), .float(holder.since.seconds(until: now)), holder.fencingToken.map(PickleValue.int) ?? .none,
                ])
            }
            guard !holders.isEmpty else { continue }
            entries.append((Fragment(text: identifier, at: version), try .python(.list(PickleElements(holders)), at: version)))
        }
        return FragmentBuilder.dictionary(entries)
    }

    private var debugInfo: String {
        objects.all.map { identifier, object, references in
            let summary = String(object.summary(address: "0x\(identifier)").unicodeScalars.prefix(75).map(Character.init))
            return "  \(identifier):       refcount=\(references)\n    \(summary)"
        }.joined(separator: "\n")
    }
}

// MARK: - Proxies of new objects

extension ServerFunctions {
    /// `(exposed, token)` of an object that a method returned: what `#PROXY` carries. It comes with one reference.
    func proxy(typeID: String, object: HostedObject, at version: PickleProtocol) throws(PythonException) -> Result {
        let object = try registry.place(object, as: typeID)
        let identifier = objects.insert(object, named: typeID, as: objects.newIdentifier())
        let token = PickleInstance(
            .global(ProxyToken.token), construction: .new,
            state: .tuple([.ownText(typeID, at: version), address.pythonValue, .ownText(identifier, at: version)]))
        let reply = FragmentBuilder.tuple([names(object.exposed, at: version), try Fragment.python(.instance(token), at: version)])
        return Result(reply: reply, references: (identifier, 1))
    }
}

extension Fragment {
    /// Pickles a value that the server made.
    static func python(_ value: PickleValue, at version: PickleProtocol) throws(PythonException) -> Fragment {
        do {
            return try Fragment(value, at: version)
        } catch {
            throw error.pythonException
        }
    }
}

extension PickleValue {
    /// A `str` of the server's own, in the kind of `str` that the peer's Python uses: Python 2 names classes by it.
    fileprivate static func ownText(_ text: String, at version: PickleProtocol) -> PickleValue {
        version == .v2 ? .legacyString(Array(text.utf8)) : .string(text)
    }
}
