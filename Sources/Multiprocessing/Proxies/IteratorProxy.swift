import Pickle

/// An iterator on a server: a call for each element. Python's `IteratorProxy`.
public struct IteratorProxy<Element: Codable & Sendable>: Proxy, AsyncSequence {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// The next element; `nil` when there is none any more (`next(iterator)`).
    public func next() async throws -> Element? {
        do {
            let element: Element = try await object.result(of: "__next__", [])
            return element
        } catch let error as RemoteError where error.isMissing("__next__") {
            return try await legacyNext()
        } catch let error as RemoteError where error.type == .stopIteration {
            return nil
        }
    }

    /// Python 2.7's name of the method.
    private func legacyNext() async throws -> Element? {
        do {
            let element: Element = try await object.result(of: "next", [])
            return element
        } catch let error as RemoteError where error.type == .stopIteration {
            return nil
        }
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        let proxy: IteratorProxy

        public mutating func next() async throws -> Element? {
            try await proxy.next()
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(proxy: self) }
}
