// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]

/// The examples are packages of their own; their sources are built here, too, so that tests can run them.
let examples: [Target] = ["SharedObjects", "TaskMaster", "TaskWorker"].map { name in
    .executableTarget(
        name: "Example\(name)", dependencies: ["Multiprocessing"], path: "Examples/\(name)/Sources/\(name)",
        swiftSettings: [.swiftLanguageMode(.v6)])
}

let package = Package(
    name: "swift-multiprocessing",
    products: [
        .library(name: "Pickle", targets: ["Pickle"]),
        .library(name: "Multiprocessing", targets: ["Multiprocessing"]),
        .executable(name: "manager", targets: ["manager"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        .target(name: "Pickle", swiftSettings: settings),
        .target(
            name: "ManagerConnection",
            dependencies: nio + [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings),
        .target(
            name: "ManagedObjects",
            dependencies: ["Pickle", .product(name: "DequeModule", package: "swift-collections")],
            swiftSettings: settings),
        .target(
            name: "ManagerServer",
            dependencies: ["ManagedObjects", "ManagerConnection", "Pickle", .product(name: "Logging", package: "swift-log")] + nio,
            swiftSettings: settings),
        .target(name: "CProcessSpawn"),
        .target(
            name: "Multiprocessing",
            dependencies: ["CProcessSpawn", "ManagerServer", "ManagedObjects", "ManagerConnection", "Pickle", .product(name: "Logging", package: "swift-log")] + nio,
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
        .testTarget(name: "PickleTests", dependencies: ["Pickle", "TestSupport"], exclude: ["Pickles", "Python"], swiftSettings: settings),
        .testTarget(name: "ManagerConnectionTests", dependencies: ["ManagerConnection", "TestSupport"] + nio, swiftSettings: settings),
        .testTarget(name: "ManagedObjectsTests", dependencies: ["ManagedObjects", "Pickle"], swiftSettings: settings),
        .testTarget(
            name: "ManagerServerTests",
            dependencies: [
                "ManagerServer", "ManagedObjects", "ManagerConnection", "Pickle", "TestSupport", .product(name: "Logging", package: "swift-log"),
            ] + nio,
            swiftSettings: settings),
        .executableTarget(
            name: "ProcessTestProgram", dependencies: ["Multiprocessing"], path: "Tests/ProcessTestProgram", swiftSettings: settings),
        .testTarget(
            name: "MultiprocessingTests",
            dependencies: ["Multiprocessing", "ManagerServer", "Pickle", "ProcessTestProgram", "TestSupport"] + examples.map { .target(name: $0.name) },
            swiftSettings: settings),
        .testTarget(name: "ManagerCommandTests", dependencies: ["manager", "Multiprocessing", "TestSupport"], swiftSettings: settings),
        .testTarget(name: "ConformanceTests", dependencies: ["manager", "TestSupport"], swiftSettings: settings),
    ] + examples
)
