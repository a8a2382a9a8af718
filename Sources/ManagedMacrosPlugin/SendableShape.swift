import SwiftSyntax
import SwiftSyntaxMacros

/// What cannot be sent between processes, as far as the way it is written tells; the rest is for the compiler to check in what is
/// generated.
enum SendableShape {
    /// Says what is wrong with parameters.
    ///
    /// - Returns: whether all is well.
    static func check(_ parameters: FunctionParameterListSyntax, _ context: some MacroExpansionContext) -> Bool {
        let complaints = parameters.compactMap { parameter in complaint(parameter).map { (parameter, $0) } }
        for (parameter, complaint) in complaints { context.refuse(parameter, complaint) }
        return complaints.isEmpty
    }

    private static func complaint(_ parameter: FunctionParameterSyntax) -> String? {
        if parameter.ellipsis != nil { return "a variadic parameter cannot be sent: take an array" }
        return complaint(parameter.type).map { "\($0) cannot be sent" }
    }

    /// What is wrong with a type: what it is.
    static func complaint(_ type: TypeSyntax) -> String? {
        if let attributed = type.as(AttributedTypeSyntax.self) {
            if attributed.specifiers.contains(where: { $0.trimmedDescription == "inout" }) { return "an inout parameter" }
            return complaint(attributed.baseType)
        }
        if type.is(FunctionTypeSyntax.self) { return "a closure" }
        if let optional = type.as(OptionalTypeSyntax.self) { return complaint(optional.wrappedType) }
        if let array = type.as(ArrayTypeSyntax.self) { return complaint(array.element) }
        if let dictionary = type.as(DictionaryTypeSyntax.self) { return complaint(dictionary.key) ?? complaint(dictionary.value) }
        if let some = type.as(SomeOrAnyTypeSyntax.self) { return "a value of '\(some.trimmedDescription)', whose type the other side does not know," }
        if type.is(MetatypeTypeSyntax.self) { return "a type" }
        if let tuple = type.as(TupleTypeSyntax.self) { return complaint(tuple) }
        return complaint(named: type)
    }

    private static func complaint(_ tuple: TupleTypeSyntax) -> String? {
        if tuple.elements.count == 1, let only = tuple.elements.first { return complaint(only.type) }
        return tuple.elements.isEmpty ? nil : "a tuple, which is not Codable,"
    }

    private static func complaint(named type: TypeSyntax) -> String? {
        switch type.trimmedDescription {
        case "Any", "AnyObject": "a value of 'Any', whose type the other side does not know,"
        case "Self": "a value of 'Self' (write the type's name)"
        default: nil
        }
    }
}
