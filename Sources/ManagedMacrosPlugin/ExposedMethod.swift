import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// A method that is marked `@Exposed`, and the two pieces of source that are written for it.
struct ExposedMethod {
    let syntax: FunctionDeclSyntax
    let owner: ManagedDeclaration
    /// As clients call it.
    let name: String
    /// Under which name the type of the object that it returns is registered; `nil` when it returns a value.
    let returnedTypeID: String?
    let parameters: [ExposedParameter]

    init?(_ syntax: FunctionDeclSyntax, of owner: ManagedDeclaration, _ context: some MacroExpansionContext) {
        guard let mark = syntax.attributes.attribute("Exposed") else { return nil }
        self.syntax = syntax
        self.owner = owner
        name = mark.text(nil) ?? syntax.name.text.trimmingBackticks
        returnedTypeID = mark.text("returning")
        parameters = syntax.signature.parameterClause.parameters.map(ExposedParameter.init)
        guard check(context) else { return nil }
    }

    /// Says what cannot be exposed.
    private func check(_ context: some MacroExpansionContext) -> Bool {
        if let complaint {
            context.refuse(syntax.name, complaint)
            return false
        }
        if returnedTypeID == nil, let type = syntax.signature.returnClause?.type, let complaint = SendableShape.complaint(type) {
            context.refuse(type, "\(complaint) cannot be sent")
            return false
        }
        return SendableShape.check(syntax.signature.parameterClause.parameters, context)
    }

    private var complaint: String? {
        if has("static") || has("class") { return "a static method cannot be exposed: clients call methods of objects" }
        if has("private") || has("fileprivate") { return "a private method cannot be exposed" }
        if syntax.genericParameterClause != nil { return "a generic method cannot be exposed: a client does not say which types it means" }
        if case .binaryOperator = syntax.name.tokenKind { return "an operator cannot be exposed" }
        if owner.kind == .struct, has("mutating"), isAsync { return "an async method that is mutating cannot be exposed: the object is locked while it runs" }
        if returnedTypeID != nil, isVoid { return "a method that returns nothing returns no object" }
        return nil
    }

    private func has(_ modifier: String) -> Bool { syntax.modifiers.contains { $0.name.text == modifier } }
    private var isAsync: Bool { syntax.signature.effectSpecifiers?.asyncSpecifier != nil }
    private var isThrowing: Bool { syntax.signature.effectSpecifiers?.throwsClause != nil }
    /// Whether it runs elsewhere than its caller.
    private var isIsolated: Bool { (owner.isIsolated || syntax.attributes.nameGlobalActor) && !has("nonisolated") }
    private var result: TypeSyntax? { syntax.signature.returnClause?.type.trimmed }
    private var isVoid: Bool { result == nil || ["Void", "()"].contains(result?.trimmedDescription) }
}

// MARK: - What is written

extension ExposedMethod {
    /// The method in the table.
    var tableEntry: String {
        let returning = returnedTypeID.map { ", returning: \(literal($0))" } ?? ""
        return """
            ManagedObjects.Method(\(literal(name)), parameters: \(parameters.keywordList)\(returning)) { (\(closureParameters)) \(closureEffects)-> \(closureResult) in
                \(isThrowing ? "try " : "")\(awaits ? "await " : "")managedObject.\(syntax.name.text)(\(parameters.map(\.argument).joined(separator: ", ")))
            }
            """
    }

    /// A struct's method has the object for itself, unless it is async: it then works on a copy.
    private var closureParameters: String {
        let object = "managedObject: \(owner.kind == .struct && !awaits ? "inout " : "")\(owner.name)"
        return ([object] + parameters.map(\.closureParameter)).joined(separator: ", ")
    }

    private var awaits: Bool { isAsync || isIsolated }
    private var closureEffects: String { (awaits ? "async " : "") + (isThrowing ? "throws " : "") }

    private var closureResult: String {
        guard let result, !isVoid else { return "Void" }
        return returnedTypeID == nil || result.is(OptionalTypeSyntax.self) ? "\(result)" : "\(result)?"
    }

    /// The method of the typed proxy.
    var proxyMethod: String {
        let declared = parameters.map(\.declaration).joined(separator: ", ")
        let passed = parameters.map(\.name).joined(separator: ", ")
        return """
            \(documentation)\(owner.access(of: syntax.modifiers))func \(syntax.name.text)(\(declared)) async throws\(isVoid ? "" : " -> \(proxyResult)") {
                try await self.object.call(\(literal(name)), [\(passed)])
            }
            """
    }

    private var proxyResult: String {
        guard let result else { return "Void" }
        guard returnedTypeID != nil else { return "\(result)" }
        if let optional = result.as(OptionalTypeSyntax.self) { return "\(optional.wrappedType.trimmed).Proxy?" }
        return "\(result).Proxy"
    }

    private var documentation: String {
        syntax.leadingTrivia.compactMap { piece in
            if case .docLineComment(let line) = piece { line + "\n" } else { nil }
        }.joined()
    }
}

extension [ExposedParameter] {
    /// The names by which arguments can be given.
    var keywordList: String { "[\(map { literal($0.keyword) }.joined(separator: ", "))]" }
}

/// A text as a string literal.
func literal(_ text: String) -> String { "\(StringLiteralExprSyntax(content: text))" }
