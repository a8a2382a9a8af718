import SwiftSyntax
import SwiftSyntaxMacros

/// The declaration that `@Managed` stands at.
struct ManagedDeclaration {
    enum Kind { case `class`, actor, `struct` }

    let syntax: any DeclGroupSyntax
    let kind: Kind
    /// As its extension calls it: `Bank.Account`.
    let name: String

    init?(_ syntax: some DeclGroupSyntax, name: String) {
        guard let kind = Self.kind(of: syntax) else { return nil }
        self.syntax = syntax
        self.kind = kind
        self.name = name
    }

    private static func kind(of syntax: some DeclGroupSyntax) -> Kind? {
        if syntax.is(ClassDeclSyntax.self) { .class } else if syntax.is(ActorDeclSyntax.self) { .actor }
        else if syntax.is(StructDeclSyntax.self) { .struct } else { nil }
    }

    /// Whether its methods run on an actor.
    var isIsolated: Bool { kind == .actor || isOnGlobalActor }
    var isOnGlobalActor: Bool { syntax.attributes.nameGlobalActor }

    /// The access of what is written for the type: `public `, `package ` or nothing.
    var access: String { access(of: syntax.modifiers) }

    func access(of modifiers: DeclModifierListSyntax) -> String {
        let names = modifiers.map(\.name.text)
        if names.contains("public") || names.contains("open") { return "public " }
        return names.contains("package") ? "package " : ""
    }

    var functions: [FunctionDeclSyntax] { members.compactMap { $0.as(FunctionDeclSyntax.self) } }
    var initializers: [InitializerDeclSyntax] { members.compactMap { $0.as(InitializerDeclSyntax.self) } }

    private var members: [DeclSyntax] { syntax.memberBlock.members.map(\.decl) }

    /// Whether every stored property has a value from the start.
    var isComplete: Bool {
        members.compactMap { $0.as(VariableDeclSyntax.self) }.filter { !$0.isStatic }.flatMap(\.bindings).allSatisfy(\.hasValue)
    }
}

extension VariableDeclSyntax {
    fileprivate var isStatic: Bool { modifiers.contains { ["static", "class"].contains($0.name.text) } }
}

extension PatternBindingSyntax {
    fileprivate var hasValue: Bool {
        if initializer != nil { return true }
        if typeAnnotation?.type.is(OptionalTypeSyntax.self) == true { return true }
        switch accessorBlock?.accessors {
        case .getter: return true
        case .accessors(let accessors): return accessors.contains { $0.accessorSpecifier.text == "get" }
        case nil: return false
        }
    }
}
