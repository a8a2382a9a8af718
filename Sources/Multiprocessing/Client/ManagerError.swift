/// Why a call did not reach the manager's server or did not come back: misuse here, or trouble on the way.
///
/// What the server raised is a ``RemoteError``.
public struct ManagerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public struct Code: Hashable, Sendable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// Nobody answers at the address, or not as a manager's server does.
        public static let cannotConnect = Code("cannotConnect")
        /// The server has another key.
        public static let authenticationFailed = Code("authenticationFailed")
        /// The two sides do not come to speak TLS: one of them does not, or a certificate is refused.
        public static let tlsFailed = Code("tlsFailed")
        /// The connection ended before the answer came. The call may or may not have been carried out.
        public static let connectionLost = Code("connectionLost")
        /// The server sent what the protocol does not allow.
        public static let protocolViolation = Code("protocolViolation")
        /// The manager has not been started or connected, or was shut down.
        public static let notRunning = Code("notRunning")
        /// The manager is running already.
        public static let alreadyRunning = Code("alreadyRunning")
        /// The value that came back is not of the type that was asked for, or one to be sent has no pickled form.
        public static let unexpectedValue = Code("unexpectedValue")
        /// The call was not answered in the time that it had, and was given up.
        public static let deadlineExceeded = Code("deadlineExceeded")
        /// The proxy's object is no more: it was an earlier server's at the same address, or its last reference has ended.
        public static let staleProxy = Code("staleProxy")
        /// The server does not have what the call needs: it is CPython's, for example.
        public static let notSupported = Code("notSupported")
    }

    public let code: Code
    private let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Says what is wrong.
    public var description: String { message }
}
