// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "LogProcessor",
    dependencies: [.package(name: "swift-multiprocessing", path: "../..")],
    targets: [
        .executableTarget(
            name: "LogProcessor",
            dependencies: [.product(name: "Multiprocessing", package: "swift-multiprocessing")],
            swiftSettings: [.swiftLanguageMode(.v6)])
    ]
)
