// swift-tools-version: 6.2
import PackageDescription

/// Every target: Swift 6, strict memory safety, no warning survives.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
    name: "motocho",
    platforms: [.macOS("26.0")],
    products: [.executable(name: "motocho", targets: ["motocho"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .target(name: "LMDB", dependencies: ["CLMDB"], swiftSettings: strict),
        .target(name: "Ledger", swiftSettings: strict),
        .target(
            name: "Journal",
            dependencies: ["Ledger", "LMDB", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .target(name: "Projections", dependencies: ["Ledger", "Journal", "LMDB"], swiftSettings: strict),
        .target(name: "Wire", swiftSettings: strict),
        .target(name: "Scenario", dependencies: ["Ledger"], swiftSettings: strict),
        .target(
            name: "Facade",
            dependencies: [
                "Ledger", "Journal", "Projections", "Wire",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "motocho",
            dependencies: [
                "Ledger", "Journal", "Projections", "Wire", "Facade", "Scenario",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .testTarget(name: "LMDBTests", dependencies: ["LMDB"], swiftSettings: strict),
        .testTarget(name: "WireTests", dependencies: ["Wire"], swiftSettings: strict),
        .testTarget(name: "LedgerTests", dependencies: ["Ledger"], swiftSettings: strict),
        .testTarget(name: "JournalTests", dependencies: ["Journal", "Ledger", "LMDB"], swiftSettings: strict),
        .testTarget(name: "ProjectionsTests", dependencies: ["Projections", "Journal", "Ledger"], swiftSettings: strict),
        .testTarget(
            name: "FacadeTests",
            dependencies: ["Facade", "Journal", "Ledger", "Wire", .product(name: "HummingbirdTesting", package: "hummingbird")],
            swiftSettings: strict),
    ]
)
