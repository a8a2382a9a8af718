import Pickle

/// A call's arguments in the order of the parameters; `nil` for one that was left out between others.
struct BoundArguments: RandomAccessCollection, Sendable {
    private enum Form {
        /// Nearly all calls: arguments by position, which need not be copied.
        case sent([Fragment])
        case arranged([Fragment?])
    }

    private let form: Form

    /// Those that were sent by position.
    init(_ positional: [Fragment]) { form = .sent(positional) }

    init(_ arguments: [Fragment?]) { form = .arranged(arguments) }

    var startIndex: Int { 0 }

    var endIndex: Int {
        switch form {
        case .sent(let arguments): arguments.count
        case .arranged(let arguments): arguments.count
        }
    }

    subscript(position: Int) -> Fragment? {
        switch form {
        case .sent(let arguments): arguments[position]
        case .arranged(let arguments): arguments[position]
        }
    }
}
