import Pickle

/// Numbers of one type on a server, of an `array.array`.
public struct ArrayProxy<Element: Codable & Sendable>: IndexedProxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// Replaces all elements in one call, by as many or more or fewer.
    ///
    /// - Throws: ``RemoteError`` `OverflowError` or `TypeError` when the array's type does not hold one, and then nothing has changed;
    ///   ``ManagerError`` of code `notSupported` towards CPython.
    public func replaceAll(with elements: some Sequence<Element>) async throws {
        let _: PickleValue = try await object.extended(
            "replace_all", [try Fragment(list: elements)], orElse: "set the elements one by one with setElement(_:at:)")
    }
}
