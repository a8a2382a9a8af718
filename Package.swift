// swift-tools-version: 6.2
import CompilerPluginSupport
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]

/// The examples are packages of their own; their sources are built here, too, so that tests can run them.
func example(_ name: String, also dependencies: [Target.Dependency] = []) -> Target {
    .executableTarget(
        name: "Example\(name)", dependencies: ["Multiprocessing"] + dependencies, path: "Examples/\(name)/Sources/\(name)",
        swiftSettings: [.swiftLanguageMode(.v6)])
}

let examples = [
    example("SharedObjects"), example("TaskMaster"), example("TaskWorker"), example("NumPyPool"), example("LogProcessor"),
    example("MailQueue", also: nio + [.product(name: "ArgumentParser", package: "swift-argument-parser")]),
]

let package = Package(
    name: "swift-multiprocessing",
    products: [
        .library(name: "Pickle", targets: ["Pickle"]),
        .library(name: "Multiprocessing", targets: ["Multiprocessing"]),
        .library(name: "ManagedMacros", targets: ["ManagedMacros"]),
        .executable(name: "manager", targets: ["manager"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/swiftlang/swift-syntax", from: "603.0.1"),
    ],
    targets: [
        .target(name: "Pickle", swiftSettings: settings),
        .target(
            name: "ManagerConnection",
            dependencies: nio + [
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings),
        .target(
            name: "ManagedObjects",
            dependencies: [
                "Pickle", .product(name: "DequeModule", package: "swift-collections"), .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: settings),
        .target(name: "CMemory"),
        .target(
            name: "ManagerServer",
            dependencies: [
                "CMemory", "ManagedObjects", "ManagerConnection", "Pickle", .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "OrderedCollections", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ] + nio,
            swiftSettings: settings),
        .target(name: "CProcessSpawn"),
        .target(
            name: "Multiprocessing",
            dependencies: [
                "CProcessSpawn", "ManagerServer", "ManagedObjects", "ManagerConnection", "Pickle",
                .product(name: "Logging", package: "swift-log"), .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ] + nio,
            swiftSettings: settings),
        .target(name: "ManagedMacros", dependencies: ["ManagedMacrosPlugin", "Multiprocessing"], swiftSettings: settings),
        .macro(
            name: "ManagedMacrosPlugin",
            dependencies: [
                .product(name: "SwiftCompilerPlugin", package: "swift-syntax"),
                .product(name: "SwiftDiagnostics", package: "swift-syntax"),
                .product(name: "SwiftParser", package: "swift-syntax"),
                .product(name: "SwiftSyntax", package: "swift-syntax"),
                .product(name: "SwiftSyntaxBuilder", package: "swift-syntax"),
                .product(name: "SwiftSyntaxMacros", package: "swift-syntax"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "manager",
            dependencies: [
                "CProcessSpawn", "Multiprocessing", "ManagerServer", "Pickle",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(name: "PickleTests", dependencies: ["Pickle", "TestSupport"], exclude: ["Python"], swiftSettings: settings),
        .testTarget(name: "ManagerConnectionTests", dependencies: ["ManagerConnection", "TestSupport"] + nio, swiftSettings: settings),
        // The fuzzer is a package of its own, too; its bodies are built here, so that tests run them with what it has found.
        .target(
            name: "FuzzBodies",
            dependencies: [
                "ManagerServer", "ManagedObjects", "ManagerConnection", "Pickle", .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            path: "Fuzzing/Bodies", swiftSettings: settings),
        .testTarget(name: "FuzzingTests", dependencies: ["FuzzBodies"], swiftSettings: settings),
        .testTarget(name: "ManagedObjectsTests", dependencies: ["ManagedObjects", "Pickle"], swiftSettings: settings),
        .testTarget(
            name: "ManagerServerTests",
            dependencies: [
                "ManagerServer", "ManagedObjects", "ManagerConnection", "Pickle", "TestSupport", .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ] + nio,
            swiftSettings: settings),
        .executableTarget(
            name: "ProcessTestProgram", dependencies: ["Multiprocessing"], path: "Tests/ProcessTestProgram", swiftSettings: settings),
        .testTarget(
            name: "MultiprocessingTests",
            dependencies: [
                "ManagerServer", "Multiprocessing", "Pickle", "ProcessTestProgram", "TestSupport",
                .product(name: "Logging", package: "swift-log"), .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ] + examples.map { .target(name: $0.name) },
            swiftSettings: settings),
        .testTarget(
            name: "ManagedMacrosTests",
            dependencies: [
                "ManagedMacros", "ManagerServer", "Multiprocessing", "TestSupport", .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Refused"], swiftSettings: settings),
        .testTarget(name: "ManagerCommandTests", dependencies: ["manager", "Multiprocessing", "ProcessTestProgram", "TestSupport"], swiftSettings: settings),
        .executableTarget(name: "SnippetExtractor", path: "Tests/SnippetExtractor", swiftSettings: settings),
        .plugin(name: "CompileSnippets", capability: .buildTool(), dependencies: ["SnippetExtractor"]),
        .testTarget(
            name: "DocumentationTests",
            dependencies: [
                "ManagedMacros", "Multiprocessing", .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            // Snippets are compiled as a user's program would be, and show values that they then do not use.
            swiftSettings: [.swiftLanguageMode(.v6), .unsafeFlags(["-suppress-warnings"])], plugins: ["CompileSnippets"]),
        .testTarget(name: "ConformanceTests", dependencies: ["manager", "TestSupport"], swiftSettings: settings),
    ] + examples
)
