@testable import ManagedMacrosPlugin
import SwiftDiagnostics
import SwiftParser
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacros
import SwiftSyntaxMacrosGenericTestSupport
import Testing

/// What the macro writes, and what it refuses.
struct ExpansionTests {
    private static let macros: [String: MacroSpec] = [
        "Managed": MacroSpec(type: ManagedMacro.self, conformances: ["ManagedType"]),
        "Exposed": MacroSpec(type: ExposedMacro.self),
    ]

    private func expect(_ source: String, becomes expanded: String, location: Testing.SourceLocation = #_sourceLocation) {
        assertMacroExpansion(source, expandedSource: expanded, macroSpecs: Self.macros) { failure in
            Issue.record("\(failure.message)", sourceLocation: location)
        }
    }

    @Test func `A method table, an initializer and a proxy are written`() {
        expect(
            """
            @Managed public final class Maths: Sendable {
                @Exposed public init(base: Int = 0) {}
                /// The sum.
                @Exposed public func add(_ a: Int, to b: Int = 1) throws -> Int { a + b }
                func hidden() {}
            }
            """,
            becomes: """
            public final class Maths: Sendable {
                public init(base: Int = 0) {}
                /// The sum.
                public func add(_ a: Int, to b: Int = 1) throws -> Int { a + b }
                func hidden() {}
            }

            extension Maths: ManagedObjects.ManagedType {
                @ManagedObjects.MethodTableBuilder<Maths>
                public nonisolated static var managedMethods: [ManagedObjects.Method<Maths>] {
                    ManagedObjects.Method("add", parameters: ["a", "to"]) { (managedObject: Maths, a: Int, b: (Int)?) throws -> Int in
                        try managedObject.add(a, to: b ?? 1)
                    }
                }

                public nonisolated static var managedInitializer: ManagedObjects.Initializer<Maths> {
                    ManagedObjects.Initializer(parameters: ["base"]) { (base: (Int)?) -> Maths in
                        Maths(base: base ?? 0)
                    }
                }

                public struct Proxy: Multiprocessing.Proxy {
                    public let object: Multiprocessing.ObjectProxy
                    public init(object: Multiprocessing.ObjectProxy) {
                        self.object = object
                    }

                    /// The sum.
                    public func add(_ a: Int, to b: Int = 1) async throws -> Int {
                        try await self.object.call("add", [a, b])
                    }
                }
            }
            """)
    }

    @Test(arguments: [
        ("func change(_ a: inout Int) {}", "an inout parameter cannot be sent"),
        ("func run(_ body: @escaping () -> Void) {}", "a closure cannot be sent"),
        ("func run(_ body: ((Int) -> Void)?) {}", "a closure cannot be sent"),
        ("func sum(_ numbers: Int...) {}", "a variadic parameter cannot be sent: take an array"),
        ("func show(_ value: some Encodable) {}", "a value of 'some Encodable', whose type the other side does not know, cannot be sent"),
        ("func show(_ value: any Encodable) {}", "a value of 'any Encodable', whose type the other side does not know, cannot be sent"),
        ("func show(_ value: [Any]) {}", "a value of 'Any', whose type the other side does not know, cannot be sent"),
        ("func pair() -> (Int, Int) { (1, 2) }", "a tuple, which is not Codable, cannot be sent"),
        ("func next() -> () -> Int { { 1 } }", "a closure cannot be sent"),
        ("func same() -> Self { self }", "a value of 'Self' (write the type's name) cannot be sent"),
        ("func show<Value: Encodable>(_ value: Value) {}", "a generic method cannot be exposed: a client does not say which types it means"),
        ("static func make() {}", "a static method cannot be exposed: clients call methods of objects"),
        ("private func secret() {}", "a private method cannot be exposed"),
        ("mutating func change() async {}", "an async method that is mutating cannot be exposed: the object is locked while it runs"),
        ("var count: Int { 1 }", "only methods and initializers can be exposed"),
        ("init?(_ text: String) {}", "an initializer that may return nil cannot be exposed: let it throw"),
        ("init(_ text: String) async {}", "an async initializer cannot be exposed: do what takes long in a method"),
        ("init(_ body: () -> Void) {}", "a closure cannot be sent"),
        ("func good(_ a: Int) {}", "another exposed method is called 'good': give this one another name, @Exposed(\"…\")"),
    ])
    func `What cannot be sent is refused where it stands`(_ declaration: String, _ message: String) {
        #expect(messages("@Managed struct Maths {\n    @Exposed func good() {}\n    @Exposed \(declaration)\n}") == [message])
    }

    @Test(arguments: [
        ("@Managed enum Colour { case red }", "@Managed is for classes, actors and structs"),
        ("@Managed struct Maths { func add() {} }", "nothing is exposed: mark what clients may call with @Exposed"),
        ("@Managed struct Maths { @Exposed(name) func add() {} }", "a string literal is expected: the macro sees the source only"),
        ("struct Maths { @Exposed func add() {} }", "@Exposed stands in the body of a class, actor or struct that is @Managed"),
    ])
    func `A misplaced attribute is refused`(_ source: String, _ message: String) {
        #expect(messages(source) == [message])
    }

    /// What the compiler is told to say about a source.
    private func messages(_ source: String) -> [String] {
        let context = BasicMacroExpansionContext()
        _ = Parser.parse(source: source).expand(macroSpecs: Self.macros) { (syntax: Syntax) in
            BasicMacroExpansionContext(sharingWith: context, lexicalContext: syntax.allMacroLexicalContexts())
        }
        return context.diagnostics.map(\.message)
    }
}
