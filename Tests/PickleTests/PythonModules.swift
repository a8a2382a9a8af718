import Foundation

/// What tests' scripts may import: the modules in the folder `Python`.
enum PythonModules {
    static let environment = [
        "PYTHONPATH": URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Python").path
    ]
}
