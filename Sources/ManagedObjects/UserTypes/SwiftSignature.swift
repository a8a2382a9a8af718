import Pickle

/// What a Swift function takes, as Python sees it.
///
/// With the parameters' names it takes arguments by position and by name, and its errors are those of a function that is written in
/// Python; without, by position only, and its errors are those of one that is written in C. A last parameter whose type is an `Optional`
/// may be left out.
struct SwiftSignature: Sendable {
    /// How an error about the number of arguments is worded: `Maths.add`, `Maths.__init__`.
    private let parameters: Parameters?
    private let function: CFunction
    private let names: [String]?

    /// - Parameters:
    ///   - name: `Maths.add`; of an initializer, `Maths`.
    ///   - names: of the parameters, one for each type.
    init(_ name: String, _ names: [String]?, _ types: [any Any.Type], isInitializer: Bool = false) {
        precondition(names == nil || names?.count == types.count, "\(name) takes \(types.count) arguments, but \(names?.count ?? 0) parameters are named")
        let required = types.lastIndex { !($0 is any OptionalType.Type) }.map { $0 + 1 } ?? 0
        function = CFunction(qualifiedName: name, convention: CConvention(counts: required...types.count))
        parameters = names.map { names in
            Parameters(
                name: isInitializer ? "\(name).__init__" : name, required: Array(names[..<required]), optional: Array(names[required...]))
        }
        self.names = names
    }

    /// - Throws: `TypeError`, when there are too few or too many, or one is named that is not there.
    func bind(_ arguments: consuming Arguments) throws(PythonException) -> BoundArguments {
        if let parameters { try parameters.bind(arguments) } else { try function.bind(arguments) }
    }

    /// A reader of arguments that have been bound.
    func reader(of bound: BoundArguments, python: PythonVersion) -> ArgumentReader {
        ArgumentReader(function: function.name, names: names, arguments: bound, python: python)
    }
}

extension CConvention {
    fileprivate init(counts: ClosedRange<Int>) {
        self = switch counts {
        case 0...0: .noArguments
        case 1...1: .oneArgument
        default: .unpacked(counts)
        }
    }
}

/// Tells optional types from others.
protocol OptionalType {}
extension Optional: OptionalType {}

/// The types of a pack, in their order.
func packTypes<each A>(_ types: repeat (each A).Type) -> [any Any.Type] {
    var all: [any Any.Type] = []
    repeat all.append(each types)
    return all
}
