import Foundation

/// An executable of this package.
public enum BuiltProduct {
    /// Its path, beside the tests' own bundle, which the arguments of SwiftPM's testing helper name.
    public static func path(_ name: String) -> String {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        let path = bundle[..<(bundle.range(of: ".xctest")?.upperBound ?? bundle.endIndex)]
        return URL(fileURLWithPath: String(path)).deletingLastPathComponent().appendingPathComponent(name).path
    }
}
