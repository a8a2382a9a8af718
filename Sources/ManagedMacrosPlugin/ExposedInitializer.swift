import SwiftSyntax
import SwiftSyntaxMacros

/// How clients make objects of a managed type, and the source that is written for it.
struct ExposedInitializer {
    private let owner: ManagedDeclaration
    private let parameters: [ExposedParameter]
    private let isThrowing: Bool

    /// - Returns: `nil` when clients make none: no initializer is exposed, or it cannot be.
    init?(of owner: ManagedDeclaration, _ context: some MacroExpansionContext) {
        self.owner = owner
        let exposed = owner.initializers.filter { $0.attributes.attribute("Exposed") != nil }
        guard let first = exposed.first else {
            guard owner.initializers.isEmpty, owner.isComplete, !owner.isOnGlobalActor else { return nil }
            (parameters, isThrowing) = ([], false)
            return
        }
        for other in exposed.dropFirst() { context.refuse(other.initKeyword, "only one initializer can be exposed") }
        if let complaint = Self.complaint(first, owner) {
            context.refuse(first.initKeyword, complaint)
            return nil
        }
        guard SendableShape.check(first.signature.parameterClause.parameters, context) else { return nil }
        parameters = first.signature.parameterClause.parameters.map(ExposedParameter.init)
        isThrowing = first.signature.effectSpecifiers?.throwsClause != nil
    }

    private static func complaint(_ syntax: InitializerDeclSyntax, _ owner: ManagedDeclaration) -> String? {
        let isNonisolated = syntax.modifiers.contains { $0.name.text == "nonisolated" }
        if owner.isOnGlobalActor, !isNonisolated { return "an initializer that runs on a global actor cannot be exposed: make it nonisolated" }
        if syntax.optionalMark != nil { return "an initializer that may return nil cannot be exposed: let it throw" }
        if syntax.genericParameterClause != nil { return "a generic initializer cannot be exposed: a client does not say which types it means" }
        if syntax.signature.effectSpecifiers?.asyncSpecifier != nil {
            return "an async initializer cannot be exposed: do what takes long in a method"
        }
        return nil
    }

    var property: String {
        """
        \(owner.access)nonisolated static var managedInitializer: ManagedObjects.Initializer<\(owner.name)> {
            ManagedObjects.Initializer(parameters: \(parameters.keywordList)) { (\(parameters.map(\.closureParameter).joined(separator: ", "))) \(isThrowing ? "throws " : "")-> \(owner.name) in
                \(isThrowing ? "try " : "")\(owner.name)(\(parameters.map(\.argument).joined(separator: ", ")))
            }
        }
        """
    }
}
