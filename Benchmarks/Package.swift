// swift-tools-version: 6.2
import PackageDescription

/// An executable that uses the library.
func tool(_ name: String, in folder: String, also dependencies: [Target.Dependency] = []) -> Target {
    .executableTarget(
        name: name, dependencies: [.product(name: "Multiprocessing", package: "swift-multiprocessing")] + dependencies,
        path: "Sources/\(folder)", swiftSettings: [.swiftLanguageMode(.v6)])
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "swift-multiprocessing", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
    ],
    targets: [
        tool("load", in: "Load", also: [argumentParser]),
        tool("client", in: "Client", also: [argumentParser]),
        tool("startup", in: "Startup"),
        tool("floor", in: "Floor", also: [argumentParser, .product(name: "NIOPosix", package: "swift-nio")]),
        .executableTarget(name: "pingpong", path: "Sources/PingPong", cSettings: [.unsafeFlags(["-O2"])]),
    ]
)
