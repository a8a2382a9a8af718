import Pickle

/// Reads a call's arguments one after the other, as the Swift types that a function takes.
struct ArgumentReader {
    private let function: String
    private let names: [String]?
    private let arguments: BoundArguments
    private let python: PythonVersion
    private var position = 0

    init(function: String, names: [String]?, arguments: BoundArguments, python: PythonVersion) {
        self.function = function
        self.names = names
        self.arguments = arguments
        self.python = python
    }

    /// The next argument; what was left out is `None`.
    ///
    /// - Throws: `TypeError: add() argument 1 must be int, not str`, and what else is wrong with the value.
    mutating func next<Value: Decodable>(as type: Value.Type) throws(PythonException) -> Value {
        defer { position += 1 }
        let value = try (position < arguments.count ? arguments[position] : nil)?.pythonValue() ?? .none
        do {
            return try PickleDecoder().decode(type, from: value)
        } catch {
            throw exception(error, type, value)
        }
    }

    /// `add() argument 1`, or with a name `add() argument 'a'`.
    private var title: String {
        "\(function)() argument \(names.map { "'\($0[position])'" } ?? "\(position + 1)")"
    }

    private func exception(_ error: any Error, _ type: any Any.Type, _ value: PickleValue) -> PythonException {
        switch error {
        case DecodingError.typeMismatch(let wanted, let context) where context.codingPath.isEmpty,
            DecodingError.valueNotFound(let wanted, let context) where context.codingPath.isEmpty:
            let orNone = type is any OptionalType.Type ? " or None" : ""
            return .typeError("\(title) must be \(pythonName(of: wanted))\(orNone), not \(value.argumentTitle(python))")
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            return .typeError("\(title): \(context.debugDescription)")
        case DecodingError.dataCorrupted(let context):
            return PythonException(value.isInteger ? "OverflowError" : "ValueError", "\(title): \(context.debugDescription)")
        case DecodingError.keyNotFound(_, let context):
            return .valueError("\(title): \(context.debugDescription)")
        default:
            return PythonException(thrown: error)
        }
    }
}

extension PickleValue {
    fileprivate var isInteger: Bool {
        switch self {
        case .int, .bigInt: true
        default: false
        }
    }

    /// The type's name; `None` goes by its own, as in errors of C functions.
    fileprivate func argumentTitle(_ python: PythonVersion) -> String {
        if case .none = self { "None" } else { typeTitle(python) }
    }
}

/// The name of the Python type that a Swift type is read from; of one that has no such name, its own.
func pythonName(of type: any Any.Type) -> String {
    switch type {
    case is Bool.Type: "bool"
    case is any BinaryInteger.Type, is PickleInteger.Type: "int"
    case is any BinaryFloatingPoint.Type: "float"
    case is String.Type: "str"
    case is [UInt8].Type: "bytes"
    case is [PickleValue].Type: "list"
    case is [String: PickleValue].Type: "dict"
    default: "\(type)"
    }
}
