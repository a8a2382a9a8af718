import Pickle
import Synchronization

/// One acquisition of a robust lock.
public struct LockHolding: Hashable, Sendable {
    /// Higher than that of every acquisition before it. See ``Proxy/fenced(by:)``.
    public let token: FencingToken
    /// Whether the holder before this one did not release the lock: its session ended. What the lock protects may be half done.
    public let wasAbandoned: Bool
}

/// How long a call waits for a lock.
enum LockWait {
    case forever
    case limited(Duration)
    case never

    /// `blocking` and `timeout`; neither for a call that waits for ever, as Python 2.7 has only the first.
    var arguments: [Fragment] {
        get throws {
            switch self {
            case .forever: []
            case .limited(let timeout): [.true, try Fragment(timeout)]
            case .never: [.false]
            }
        }
    }

    /// Whether only the lock itself can end it.
    var isEndless: Bool {
        if case .forever = self { CallDeadline.scope == nil } else { false }
    }
}

// MARK: - Acquiring

extension ObjectProxy {
    /// Whether it is a robust lock.
    var isRobust: Bool {
        get async throws { try await reference.exposes("acquire_fenced") }
    }

    var isNotRobust: ManagerError {
        ManagerError(.notSupported, "the \(typeID) on this server is not robust: it has no fencing tokens, and does not tell that it was abandoned")
    }

    func acquire(_ wait: LockWait) async throws -> Bool {
        let arguments = try wait.arguments
        if arguments.isEmpty {
            _ = try await send("acquire", [])
            return true
        }
        return try await result(of: "acquire", arguments)
    }

    /// Acquires a robust lock by the session that this task has for it.
    func acquireFenced(_ wait: LockWait) async throws -> LockHolding? {
        try LockHolding(reply: try await send("acquire_fenced", wait.fencedArguments))
    }
}

extension LockWait {
    /// `blocking`, `timeout` and the tokens of what the task keeps while it waits.
    fileprivate var fencedArguments: [Fragment] {
        get throws {
            guard isEndless else { return try arguments }
            return [.true, .none, FragmentBuilder.tuple(TaskHoldings.tokens.map { Fragment($0.rawValue) })]
        }
    }
}

extension LockHolding {
    /// - Parameter reply: `(token, was_abandoned)`, or `None`.
    fileprivate init?(reply: Fragment) throws {
        switch try reply.value() {
        case .none: return nil
        case .tuple(let parts) where parts.count == 2:
            guard case .int(let token) = parts[0], case .bool(let wasAbandoned) = parts[1] else { fallthrough }
            self.init(token: FencingToken(token), wasAbandoned: wasAbandoned)
        default: throw ManagerError(.protocolViolation, "a fenced acquisition is a token and whether the lock was abandoned")
        }
    }
}

// MARK: - By hand

/// A robust lock that was acquired by hand, with the session that holds it.
struct AcquiredByHand: Sendable {
    let session: ManagerClient.Session
    let holding: LockHolding
}

extension ObjectProxy {
    func acquireByHand(_ wait: LockWait) async throws -> Bool {
        guard try await isRobust else { return try await acquire(wait) }
        try await reference.taken()
        let session = try await reference.client.borrowSession()
        do {
            let reply = try await session.call(identifier, "acquire_fenced", try wait.arguments)
            guard let holding = try LockHolding(reply: reply) else {
                reference.client.giveBack(session)
                return false
            }
            reference.acquiredByHand.withLock { $0.append(AcquiredByHand(session: session, holding: holding)) }
            return true
        } catch {
            reference.client.giveBack(session)
            throw error
        }
    }

    func releaseByHand() async throws {
        guard let acquired = reference.acquiredByHand.withLock({ $0.popLast() }) else { return try await sendRelease(self) }
        defer { reference.client.giveBack(acquired.session) }
        try await givingBack { [identifier] in _ = try await acquired.session.call(identifier, "release", []) }
    }
}
