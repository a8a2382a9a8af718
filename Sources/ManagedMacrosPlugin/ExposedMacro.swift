import SwiftParser
import SwiftSyntax
import SwiftSyntaxMacros

/// `@Exposed` marks what ``ManagedMacro`` writes, and writes nothing itself.
struct ExposedMacro: PeerMacro {
    static func expansion(
        of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol, in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        if !declaration.is(FunctionDeclSyntax.self), !declaration.is(InitializerDeclSyntax.self) {
            context.refuse(node, "only methods and initializers can be exposed")
        } else if !isManaged(context.lexicalContext.first) {
            context.refuse(node, "@Exposed stands in the body of a class, actor or struct that is @Managed")
        }
        for argument in node.unreadableArguments { context.refuse(argument, "a string literal is expected: the macro sees the source only") }
        return []
    }

    private static func isManaged(_ outer: Syntax?) -> Bool {
        guard let group = outer?.asProtocol((any DeclGroupSyntax).self) else { return false }
        return group.attributes.attribute("Managed") != nil
    }
}

extension AttributeListSyntax {
    /// The attribute of this name, if it is there.
    func attribute(_ name: String) -> AttributeSyntax? {
        lazy.compactMap { $0.as(AttributeSyntax.self) }.first { $0.attributeName.trimmedDescription.split(separator: ".").last == name[...] }
    }

    /// Whether one of them puts what it stands at onto a global actor, as far as its name tells.
    var nameGlobalActor: Bool {
        contains { $0.as(AttributeSyntax.self)?.attributeName.trimmedDescription.hasSuffix("Actor") == true }
    }
}

extension AttributeSyntax {
    /// The arguments that are no string literals.
    fileprivate var unreadableArguments: [ExprSyntax] {
        guard case .argumentList(let arguments) = arguments else { return [] }
        return arguments.map(\.expression).filter { $0.as(StringLiteralExprSyntax.self)?.representedLiteralValue == nil }
    }

    /// The text of an argument; the one without a label has the label `nil`.
    func text(_ label: String?) -> String? {
        guard case .argumentList(let arguments) = arguments else { return nil }
        return arguments.first { $0.label?.text == label }?.expression.as(StringLiteralExprSyntax.self)?.representedLiteralValue
    }
}
