// swift-tools-version: 6.2
import PackageDescription

/// What `Fuzzing/fuzz` builds with libFuzzer's instruments. The bodies belong to the tests, too.
let package = Package(
    name: "Fuzzing",
    products: [.library(name: "Fuzz", type: .static, targets: ["Fuzz"])],
    dependencies: [
        .package(name: "swift-multiprocessing", path: ".."),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    ],
    targets: [
        .target(name: "Fuzz", dependencies: ["FuzzBodies"], path: "Entry", swiftSettings: [.swiftLanguageMode(.v6)]),
        .target(
            name: "FuzzBodies",
            dependencies: [
                .product(name: "Multiprocessing", package: "swift-multiprocessing"), .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            path: "Bodies",
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault")]),
    ]
)
