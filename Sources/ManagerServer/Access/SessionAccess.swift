import ManagedObjects
import Pickle

/// What the peer of one session may do, when that is not everything.
struct SessionAccess {
    private let holder: String
    private let permissions: Permissions
    private let objects: ObjectTable
    private let audit: SessionAudit?
    /// What may be called of the objects that the session has used: looked up once for each. Identifiers are never used again.
    private var known: [String: NameSet] = [:]

    private static let greatestKnownCount = 1_024

    /// - Returns: `nil` for a holder who may do everything, of whom nothing need be asked.
    init?(_ grant: KeyGrant, _ objects: ObjectTable, _ audit: SessionAudit?) {
        if grant.permissions == .all { return nil }
        holder = grant.name
        permissions = grant.permissions
        self.objects = objects
        self.audit = audit
    }

    /// - Throws: what the peer gets when it may not call the method.
    mutating func checkCall(_ method: String, of identifier: String, _ python: PythonVersion) throws(PythonException) {
        if methods(of: identifier).contains(method) { return }
        throw refusal("call \(objects.name(of: identifier) ?? "").\(method)", python)
    }

    /// - Throws: what the peer gets when it may not ask for objects of this name.
    func checkCreation(_ name: String, _ python: PythonVersion) throws(PythonException) {
        guard permissions.creates.contains(name) else { throw refusal("create '\(name)'", python) }
    }

    /// - Throws: what the peer gets when it has nothing to do with the object.
    func checkUse(of identifier: String, _ python: PythonVersion) throws(PythonException) {
        guard let name = objects.name(of: identifier), !permissions.concerns(name) else { return }
        throw refusal("use a '\(name)'", python)
    }

    /// - Throws: what the peer gets when it may not call the function of the server.
    func checkAdministration(_ function: String, _ python: PythonVersion) throws(PythonException) {
        guard Permissions.administration.contains(function), !permissions.administers.contains(function) else { return }
        throw refusal("administer the server (\(function))", python)
    }

    /// Proxies among arguments are read by the objects that are given them, and by whoever reads these: so they must be of objects that the peer may
    /// have by value.
    func checkReferences(of arguments: Arguments, _ python: PythonVersion) throws(PythonException) {
        for name in arguments.referredObjects.compactMap(objects.name(of:)) where !permissions.methods(of: name).contains("#GETVALUE") {
            throw refusal("pass on a '\(name)', which it may not have by value (#GETVALUE)", python)
        }
    }

    private mutating func methods(of identifier: String) -> NameSet {
        if let methods = known[identifier] { return methods }
        guard let name = objects.name(of: identifier) else { return [] }
        let methods = permissions.methods(of: name)
        if known.count >= Self.greatestKnownCount { known = [:] }
        known[identifier] = methods
        return methods
    }

    /// `PermissionError`, which Python 2 does not have.
    private func refusal(_ what: String, _ python: PythonVersion) -> PythonException {
        let message = "the key '\(holder)' may not \(what)"
        audit?.denied(message)
        return PythonException(python.isPython2 ? "OSError" : "PermissionError", message)
    }
}

extension Arguments {
    /// The objects of the table that proxies among the claimed arguments refer to.
    fileprivate var referredObjects: [String] {
        (positional + keywords.map(\.value)).flatMap { ($0.owner as? ObjectReferences)?.identifiers ?? [] }
    }
}
