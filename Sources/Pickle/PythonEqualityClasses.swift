/// Gives values numbers, the same number to values that are equal in Python.
///
/// Each object is looked at once, its parts before itself, without recursion: the time grows with the number of objects, however
/// deep they are, however often they are shared. Objects that contain themselves (strongly connected components, found as
/// Tarjan's algorithm does) are equal to themselves only.
struct PythonEqualityClasses {
    /// The forms by number; a form's parts come before it.
    private(set) var forms: [PythonForm] = []
    /// Whether there is an `OrderedDict` among the objects; equal numbers then do not say that two have one order.
    private(set) var hasOrderedDictionaries = false
    private var numbers: [PythonForm: Int] = [:]
    private var visits: [PythonObject: Visit] = [:]
    private var path: [Step] = []
    /// Objects that have been left, but may yet turn out to contain themselves.
    private var undecided: [PythonObject] = []

    private struct Visit {
        let order: Int
        /// The number, once it is known that the object does not lie on a cycle that is still being followed.
        var number: Int?
    }

    private struct Step {
        let object: PythonObject
        let children: [PickleNode.Index]
        let order: Int
        /// The first object on the path that is reachable from here.
        var lowest: Int
        var containsItself = false
        var parts: [Int] = []
    }

    /// A value's number.
    mutating func number(of value: PickleValue) -> Int {
        if let number = knownNumber(of: value) { return number }
        guard let object = PythonObject(value) else { return unique() }
        enter(object)
        while let step = path.last {
            if step.parts.count < step.children.count { follow(step.children[step.parts.count]) } else { leave() }
        }
        return visits[object]?.number ?? unique()
    }

    /// The number of a value that holds no others, or that was looked at before.
    private mutating func knownNumber(of value: PickleValue) -> Int? {
        if let key = PickleKey(scalar: value) {
            if case .notANumber = key { return unique() }
            return number(of: .scalar(key))
        }
        return PythonObject(value).flatMap { visits[$0]?.number }
    }

    private mutating func number(of form: PythonForm) -> Int {
        if let number = numbers[form] { return number }
        forms.append(form)
        numbers[form] = forms.count - 1
        return forms.count - 1
    }

    private mutating func unique() -> Int {
        forms.append(.unique(forms.count))
        return forms.count - 1
    }

    private mutating func enter(_ object: PythonObject) {
        let order = visits.count
        visits[object] = Visit(order: order)
        if object.isOrderedDictionary { hasOrderedDictionaries = true }
        undecided.append(object)
        path.append(Step(object: object, children: object.children, order: order, lowest: order))
    }

    private mutating func follow(_ child: PickleNode.Index) {
        let top = path.count - 1
        let value = path[top].object.reference.graph.value(at: child)
        if let number = knownNumber(of: value) {
            path[top].parts.append(number)
        } else if let object = PythonObject(value) {
            guard let visit = visits[object] else { return enter(object) }
            path[top].lowest = min(path[top].lowest, visit.order)
            path[top].containsItself = path[top].containsItself || visit.order == path[top].order
            // Of what contains itself the parts' numbers are of no interest.
            path[top].parts.append(0)
        }
    }

    private mutating func leave() {
        let step = path.removeLast()
        if step.lowest == step.order { decide(step) }
        guard !path.isEmpty else { return }
        path[path.count - 1].lowest = min(path[path.count - 1].lowest, step.lowest)
        path[path.count - 1].parts.append(visits[step.object]?.number ?? 0)
    }

    /// Numbers the objects that are reachable from the step's object and from which it is reachable.
    private mutating func decide(_ step: Step) {
        if undecided.last == step.object, !step.containsItself {
            undecided.removeLast()
            let number = step.object.isEqualToItselfOnly ? unique() : number(of: PythonForm(step.object, parts: step.parts))
            visits[step.object]?.number = number
            return
        }
        while let object = undecided.popLast() {
            let number = unique()
            visits[object]?.number = number
            if object == step.object { return }
        }
    }
}

extension PythonObject {
    /// Exceptions have no equality of their own.
    fileprivate var isEqualToItselfOnly: Bool {
        kind == .instance && PickleInstance(reference).pythonClass?.isPythonException == true
    }
}

extension PickleInstance {
    /// The parts of a `complex`, which pickles write as a call.
    var complexParts: (real: Double, imaginary: Double)? {
        guard global == PickleGlobal(module: "builtins", name: "complex") else { return nil }
        let arguments = arguments
        guard arguments.count == 2, case .float(let real) = arguments[0], case .float(let imaginary) = arguments[1] else { return nil }
        return (real, imaginary)
    }
}
