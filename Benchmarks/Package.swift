// swift-tools-version: 6.2
import PackageDescription

let library = Target.Dependency.product(name: "Multiprocessing", package: "swift-multiprocessing")

/// An executable that uses the library.
func tool(_ name: String, in folder: String, also dependencies: [Target.Dependency] = []) -> Target {
    .executableTarget(
        name: name, dependencies: [library] + dependencies, path: "Sources/\(folder)", swiftSettings: [.swiftLanguageMode(.v6)])
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "Benchmarks",
    products: [.library(name: "CountAllocations", type: .dynamic, targets: ["CountAllocations"])],
    dependencies: [
        .package(name: "swift-multiprocessing", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        tool("load", in: "Load", also: [argumentParser]),
        tool("client", in: "Client", also: [argumentParser]),
        tool("startup", in: "Startup"),
        tool("floor", in: "Floor", also: [argumentParser, .product(name: "NIOPosix", package: "swift-nio")]),
        .executableTarget(name: "pingpong", path: "Sources/PingPong", cSettings: [.unsafeFlags(["-O2"])]),
        // What is measured of the parts; by the clock, and once as often as is said, for those who count instructions and allocations.
        .target(name: "PartBodies", dependencies: [library], swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "PartBenchmarks", dependencies: ["PartBodies", .product(name: "Benchmark", package: "benchmark")],
            path: "PartBenchmarks", swiftSettings: [.swiftLanguageMode(.v6)],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
        // Without what debuggers read: valgrind 3.19 gives up over it.
        .executableTarget(
            name: "run-part", dependencies: ["PartBodies"], path: "Sources/RunPart", swiftSettings: [.swiftLanguageMode(.v6)],
            linkerSettings: [.unsafeFlags(["-Xlinker", "--strip-debug"])]),
        .target(name: "CountAllocations"),
    ]
)
