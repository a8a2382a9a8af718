// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "NumPyPool",
    dependencies: [.package(name: "swift-multiprocessing", path: "../..")],
    targets: [
        .executableTarget(
            name: "NumPyPool",
            dependencies: [.product(name: "Multiprocessing", package: "swift-multiprocessing")],
            swiftSettings: [.swiftLanguageMode(.v6)])
    ]
)
