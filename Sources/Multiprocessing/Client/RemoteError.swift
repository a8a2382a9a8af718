public import Pickle

/// What the server raised: a Python exception, from either kind of server.
///
/// <!-- given: queue: QueueProxy<Int> -->
/// ```swift
/// do {
///     print(try await queue.get(timeout: .seconds(1)))
/// } catch let error as RemoteError where error.type == .queueEmpty {
///     print("nothing to do")
/// }
/// ```
public struct RemoteError: Error, Sendable, CustomStringConvertible {
    /// The exception's class.
    public struct ExceptionType: Hashable, Sendable {
        /// Where it lives in Python 3: `builtins`, `queue`…
        public let module: String
        /// `KeyError`, `Empty`…
        public let name: String

        public init(module: String = "builtins", name: String) {
            self.module = module
            self.name = name
        }

        public static let keyError = ExceptionType(name: "KeyError")
        public static let indexError = ExceptionType(name: "IndexError")
        public static let valueError = ExceptionType(name: "ValueError")
        public static let typeError = ExceptionType(name: "TypeError")
        public static let attributeError = ExceptionType(name: "AttributeError")
        public static let runtimeError = ExceptionType(name: "RuntimeError")
        public static let assertionError = ExceptionType(name: "AssertionError")
        /// The key does not allow it: see `ServerAccess`.
        public static let permissionError = ExceptionType(name: "PermissionError")
        public static let stopIteration = ExceptionType(name: "StopIteration")
        public static let overflowError = ExceptionType(name: "OverflowError")
        /// A server that has no room for more, and serves on.
        public static let memoryError = ExceptionType(name: "MemoryError")
        /// `threading.BrokenBarrierError`
        public static let brokenBarrier = ExceptionType(module: "threading", name: "BrokenBarrierError")
        /// `queue.Empty`
        public static let queueEmpty = ExceptionType(module: "queue", name: "Empty")
        /// `queue.Full`
        public static let queueFull = ExceptionType(module: "queue", name: "Full")
    }

    public let type: ExceptionType
    /// `exception.args`; empty when only its text arrived.
    public let arguments: [PickleValue]
    /// `str(exception)`
    public let message: String
    /// The server's own account, when it sent one.
    public let traceback: String?

    /// `KeyError: 'nope'`
    public var description: String {
        let qualified = type.module == "builtins" ? type.name : "\(type.module).\(type.name)"
        return message.isEmpty ? qualified : "\(qualified): \(message)"
    }
}

extension RemoteError {
    /// The exception instance that `#ERROR` carries.
    init(_ exception: PickleValue) {
        guard case .instance(let instance) = exception, let global = instance.global else {
            self.init(type: ExceptionType(name: "Exception"), arguments: [exception], message: exception.description, traceback: nil)
            return
        }
        // CPython 3.7 and later have queue.Empty in C, under another module's name.
        let module = global.module == "_queue" ? "queue" : global.module
        self.init(
            type: ExceptionType(module: module, name: global.name), arguments: instance.arguments,
            message: Self.message(global.name, instance.arguments), traceback: nil)
    }

    private static func message(_ name: String, _ arguments: [PickleValue]) -> String {
        switch arguments.count {
        case 0: ""
        case 1 where name == "KeyError": (try? arguments[0].pythonRepr()) ?? ""
        case 1: (try? arguments[0].pythonStr()) ?? ""
        default: PickleValue.tuple(PickleElements(arguments)).description
        }
    }

    /// The text that `#TRACEBACK` carries; its last line says the type and the message.
    init(traceback: String) {
        let last = traceback.split(separator: "\n").last.map(String.init) ?? ""
        let parts = last.split(separator: ":", maxSplits: 1)
        let path = parts.first.map(String.init) ?? "Exception"
        let name = path.split(separator: ".").last.map(String.init) ?? path
        let module = path.dropLast(name.count + 1)
        self.init(
            type: ExceptionType(module: module.isEmpty ? "builtins" : String(module), name: name), arguments: [],
            message: parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "", traceback: traceback)
    }
}
