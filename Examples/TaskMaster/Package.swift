// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "TaskMaster",
    dependencies: [.package(name: "swift-multiprocessing", path: "../..")],
    targets: [
        .executableTarget(
            name: "TaskMaster",
            dependencies: [.product(name: "Multiprocessing", package: "swift-multiprocessing")],
            swiftSettings: [.swiftLanguageMode(.v6)])
    ]
)
