import NIOCore
import NIOPosix

/// Finds the socket addresses of a manager's address.
struct AddressResolver: Sendable {
    let address: ManagerAddress
    /// Whether it is to be listened on.
    let isPassive: Bool

    /// The addresses to try, in this order; at least one.
    ///
    /// A name is looked up on another thread, because the look-up blocks.
    func addresses(on eventLoop: any EventLoop, until deadline: NIODeadline) async throws(TransportError) -> [SystemAddress] {
        switch address {
        case .tcp(let host, let port): try await tcpAddresses(host, port, on: eventLoop, until: deadline)
        case .unix(let path): [try unixAddress(path: path)]
        case .abstract(let name): [try fitting(SystemAddress(abstractName: name))]
        }
    }

    private func unixAddress(path: String) throws(TransportError) -> SystemAddress {
        // The system takes an empty path for an abstract name, and reads a path up to its first NUL only.
        if path.isEmpty || path.utf8.contains(0) { throw TransportError(.noSuchFile, address) }
        return try fitting(SystemAddress(unixPath: path))
    }

    private func fitting(_ found: SystemAddress?) throws(TransportError) -> SystemAddress {
        guard let found else { throw TransportError(.pathTooLong(maximum: SystemAddress.greatestNameLength), address) }
        return found
    }

    private func tcpAddresses(
        _ host: String, _ port: Int, on eventLoop: any EventLoop, until deadline: NIODeadline
    ) async throws(TransportError) -> [SystemAddress] {
        guard let port = UInt16(exactly: port) else { throw TransportError(.invalidPort, address) }
        var found = SystemAddress.resolve(host: host, port: port, isPassive: isPassive, isNumeric: true)
        if found.isEmpty { found = try await lookUp(host, port, on: eventLoop, until: deadline) }
        if found.isEmpty { throw TransportError(.unknownHost, address) }
        return found
    }

    private func lookUp(
        _ host: String, _ port: UInt16, on eventLoop: any EventLoop, until deadline: NIODeadline
    ) async throws(TransportError) -> [SystemAddress] {
        let promise = eventLoop.makePromise(of: [SystemAddress].self)
        let timer = eventLoop.scheduleTask(deadline: deadline) { promise.fail(TransportError(.timedOut, address)) }
        defer { timer.cancel() }
        NIOThreadPool.singleton.submit { _ in
            promise.succeed(SystemAddress.resolve(host: host, port: port, isPassive: isPassive, isNumeric: false))
        }
        do {
            return try await promise.futureResult.get(failing: promise)
        } catch {
            throw TransportError(error, address)
        }
    }
}

extension EventLoopFuture where Value: Sendable {
    /// Waits for the value; when the task is cancelled, fails `promise`, which has to make this future fail.
    func get(failing promise: EventLoopPromise<some Sendable>) async throws -> Value {
        try await withTaskCancellationHandler {
            try await get()
        } onCancel: {
            promise.fail(CancellationError())
        }
    }
}
