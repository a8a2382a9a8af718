import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxMacros

/// Why something cannot be exposed, for the compiler to say.
struct Refusal: DiagnosticMessage {
    let message: String
    var diagnosticID: MessageID { MessageID(domain: "ManagedMacros", id: "refusal") }
    var severity: DiagnosticSeverity { .error }

    init(_ message: String) { self.message = message }
}

extension MacroExpansionContext {
    /// Has the compiler say what is wrong at a place.
    func refuse(_ node: some SyntaxProtocol, _ message: String) {
        diagnose(Diagnostic(node: node, message: Refusal(message)))
    }
}
