// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "swift-multiprocessing", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ],
    targets: [
        .executableTarget(
            name: "load",
            dependencies: [
                .product(name: "Multiprocessing", package: "swift-multiprocessing"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/Load", swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "client",
            dependencies: [
                .product(name: "Multiprocessing", package: "swift-multiprocessing"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/Client", swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "startup", dependencies: [.product(name: "Multiprocessing", package: "swift-multiprocessing")],
            path: "Sources/Startup", swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(name: "pingpong", path: "Sources/PingPong", cSettings: [.unsafeFlags(["-O2"])]),
    ]
)
