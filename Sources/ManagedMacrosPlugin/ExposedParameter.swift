import SwiftSyntax
import SwiftSyntaxMacros

/// A parameter of an exposed method or initializer.
struct ExposedParameter {
    /// How Swift's callers name it; `nil` for `_`.
    let label: String?
    /// What the body calls it.
    let name: String
    let type: TypeSyntax
    let defaultValue: ExprSyntax?

    init(_ syntax: FunctionParameterSyntax) {
        let first = syntax.firstName.text
        label = first == "_" ? nil : first
        name = (syntax.secondName ?? syntax.firstName).text
        type = syntax.type.trimmed
        defaultValue = syntax.defaultValue?.value.trimmed
    }

    /// How Python's callers name it: by its label, or, without one, by its name.
    var keyword: String { (label ?? name).trimmingBackticks }

    /// `a: Int`, as a closure has it; what has a default value may be left out.
    var closureParameter: String { "\(name): \(defaultValue == nil || isOptional ? "\(type)" : "(\(type))?")" }

    /// `from: name`, as it is passed on.
    var argument: String {
        let value = defaultValue.map { "\(name) ?? \($0)" } ?? name
        return label.map { "\($0): \(value)" } ?? value
    }

    /// `from name: Int = 1`, as it was declared.
    var declaration: String {
        let names = label == nil ? "_ \(name)" : label == name ? name : "\(label ?? "") \(name)"
        return "\(names): \(type)\(defaultValue.map { " = \($0)" } ?? "")"
    }

    private var isOptional: Bool {
        type.is(OptionalTypeSyntax.self) || type.as(IdentifierTypeSyntax.self)?.name.text == "Optional"
    }
}

extension String {
    var trimmingBackticks: String { trimmingPrefix("`").last == "`" ? String(trimmingPrefix("`").dropLast()) : self }
}
