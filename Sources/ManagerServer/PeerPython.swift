import Pickle

/// What there is to tell a peer's Python by.
struct PeerPython {
    /// Whose texts and errors every peer gets; `nil` for those of the Python that its protocol and handshake point to.
    let fixed: PythonVersion?
    /// Whether the peer's handshake was that of Python 3.11 and earlier.
    var isLegacy = false

    init(fixed: PythonVersion?) { self.fixed = fixed }

    /// The newest Python that speaks this protocol with managers and has this handshake.
    func version(at version: PickleProtocol) -> PythonVersion {
        if let fixed { return fixed }
        return switch version {
        case ...PickleProtocol.v2: .python2
        case .v3: PythonVersion(3, 7)
        case .v4: isLegacy ? PythonVersion(3, 11) : PythonVersion(3, 13)
        default: .latest
        }
    }
}
