import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// `@Managed` writes the method table, the initializer and the typed proxy.
struct ManagedMacro: ExtensionMacro {
    static func expansion(
        of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax, providingExtensionsOf type: some TypeSyntaxProtocol,
        conformingTo protocols: [TypeSyntax], in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        guard let owner = ManagedDeclaration(declaration, name: type.trimmedDescription) else {
            context.refuse(node, "@Managed is for classes, actors and structs")
            return []
        }
        let marked = owner.functions.filter { $0.attributes.attribute("Exposed") != nil }
        if marked.isEmpty { context.refuse(node, "nothing is exposed: mark what clients may call with @Exposed") }
        let methods = marked.compactMap { ExposedMethod($0, of: owner, context) }
        refuseRepeated(methods, context)
        let source = source(owner, methods, ExposedInitializer(of: owner, context))
        return DeclSyntax("\(raw: source)").as(ExtensionDeclSyntax.self).map { [$0] } ?? []
    }

    private static func refuseRepeated(_ methods: [ExposedMethod], _ context: some MacroExpansionContext) {
        var names: Set<String> = []
        for method in methods where !names.insert(method.name).inserted {
            context.refuse(method.syntax.name, "another exposed method is called '\(method.name)': give this one another name, @Exposed(\"…\")")
        }
    }

    private static func source(_ owner: ManagedDeclaration, _ methods: [ExposedMethod], _ initializer: ExposedInitializer?) -> String {
        """
        extension \(owner.name): ManagedObjects.ManagedType {
            @ManagedObjects.MethodTableBuilder<\(owner.name)>
            \(owner.access)nonisolated static var managedMethods: [ManagedObjects.Method<\(owner.name)>] {
        \(methods.map(\.tableEntry).joined(separator: "\n").indented(8))
            }
        \(initializer.map { "\n\($0.property.indented(4))\n" } ?? "")
            \(owner.access)struct Proxy: Multiprocessing.Proxy {
                \(owner.access)let object: Multiprocessing.ObjectProxy
                \(owner.access)init(object: Multiprocessing.ObjectProxy) { self.object = object }

        \(methods.map(\.proxyMethod).joined(separator: "\n\n").indented(8))
            }
        }
        """
    }
}

extension String {
    /// Each line that many spaces further to the right.
    fileprivate func indented(_ width: Int) -> String {
        split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : String(repeating: " ", count: width) + $0 }.joined(separator: "\n")
    }
}
