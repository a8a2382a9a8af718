import Pickle

/// The parameters of a method, as Python's signatures have them.
public struct Parameters: Sendable {
    /// What error messages call the method: `Queue.put`.
    let name: String
    let required: [String]
    let optional: [String]
    /// Whether arguments of any other name may be given, too (`**kwds`), which are not bound.
    var takesKeywords = false
    /// Whether Python's counts in error texts have one more, for `self`; a plain function has not.
    var countsSelf = true

    /// The arguments in the parameters' order.
    ///
    /// - Throws: `TypeError`, when there are too few or too many, or one is named that is not there.
    func bind(_ arguments: consuming Arguments) throws(PythonException) -> BoundArguments {
        let given = arguments.positional.count
        if arguments.keywords.isEmpty, given >= required.count, given <= required.count + optional.count {
            return BoundArguments(arguments)
        }
        let title = title(arguments.python)
        let isLegacy = arguments.python.isPython2
        // Python 2 counts first, and arguments by name, too.
        if isLegacy, given > required.count + optional.count {
            throw legacyCount(given + arguments.keywords.count, isTooMany: true, title)
        }
        var bound: [Fragment?] = arguments.positional
        for (name, value) in arguments.keywords { try bind(value, to: name, in: &bound, title, arguments.python) }
        let absent = required.indices.filter { $0 >= bound.count || bound[$0] == nil }.map { required[$0] }
        guard given <= required.count + optional.count else { throw tooMany(given, title) }
        guard absent.isEmpty else {
            throw isLegacy ? legacyCount(bound.count { $0 != nil }, isTooMany: false, title) : missing(absent, title)
        }
        return BoundArguments(arguments, arranged: bound)
    }

    /// Which since 3.10 holds the type's name.
    private func title(_ python: PythonVersion) -> String {
        python < PythonVersion(3, 10) ? String(name.split(separator: ".").last ?? "") : name
    }

    private func bind(_ value: Fragment, to name: String, in bound: inout [Fragment?], _ title: String, _ python: PythonVersion) throws(PythonException) {
        guard let position = (required + optional).firstIndex(of: name) else {
            if takesKeywords { return }
            throw .typeError("\(title)() got an unexpected keyword argument '\(name)'")
        }
        while bound.count <= position { bound.append(nil) }
        guard bound[position] == nil else { throw .typeError("\(title)() got multiple values for \(python.isPython2 ? "keyword " : "")argument '\(name)'") }
        bound[position] = value
    }

    private var own: Int { countsSelf ? 1 : 0 }

    private func tooMany(_ given: Int, _ title: String) -> PythonException {
        let most = required.count + optional.count + own
        let takes = optional.isEmpty ? "\(most)" : "from \(required.count + own) to \(most)"
        let noun = most == 1 ? "argument" : "arguments"
        return .typeError("\(title)() takes \(takes) positional \(noun) but \(given + own) were given")
    }

    private func missing(_ names: [String], _ title: String) -> PythonException {
        let quoted = names.map { "'\($0)'" }
        let list = switch quoted.count {
        case 1: quoted[0]
        case 2: "\(quoted[0]) and \(quoted[1])"
        default: quoted.dropLast().joined(separator: ", ") + ", and " + quoted[quoted.count - 1]
        }
        return .typeError("\(title)() missing \(names.count) required positional argument\(names.count == 1 ? "" : "s"): \(list)")
    }

    /// Python 2's text, for too many and too few.
    private func legacyCount(_ given: Int, isTooMany: Bool, _ title: String) -> PythonException {
        let (least, most) = (required.count + own, required.count + optional.count + own)
        let limit = optional.isEmpty ? "exactly" : isTooMany ? "at most" : "at least"
        let bound = isTooMany ? most : least
        return .typeError("\(title)() takes \(limit) \(bound) argument\(bound == 1 ? "" : "s") (\(given + own) given)")
    }
}
