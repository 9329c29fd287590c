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

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

/// The rooms below the server, in the order of their dependencies.
let core: [Target] = [
    .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
    .target(name: "LMDB", dependencies: ["CLMDB"], swiftSettings: strict),
    .target(name: "Ledger", swiftSettings: strict),
    .target(name: "Wire", swiftSettings: strict),
    .target(name: "Exchange", dependencies: ["Ledger"], swiftSettings: strict),
    .target(name: "Vault", dependencies: ["Ledger", "LMDB", crypto], swiftSettings: strict),
    .target(name: "Scenario", dependencies: ["Ledger"], swiftSettings: strict),
    .target(name: "Journal", dependencies: ["Ledger", "LMDB", crypto], swiftSettings: strict),
    .target(name: "Projections", dependencies: ["Ledger", "Journal", "LMDB"], swiftSettings: strict),
    .testTarget(name: "LMDBTests", dependencies: ["LMDB"], swiftSettings: strict),
    .testTarget(name: "VaultTests", dependencies: ["Vault", "Ledger", "LMDB"], swiftSettings: strict),
    .testTarget(name: "WireTests", dependencies: ["Wire"], swiftSettings: strict),
    .testTarget(name: "ExchangeTests", dependencies: ["Exchange", "Ledger"], swiftSettings: strict),
    .testTarget(name: "LedgerTests", dependencies: ["Ledger"], swiftSettings: strict),
    .testTarget(name: "ScenarioTests", dependencies: ["Scenario", "Ledger"], swiftSettings: strict),
    .testTarget(name: "JournalTests", dependencies: ["Journal", "Ledger", "LMDB"], swiftSettings: strict),
    .testTarget(name: "ProjectionsTests", dependencies: ["Projections", "Journal", "Ledger", "LMDB"], swiftSettings: strict),
]

let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")

let server: [Target] = [
    .target(
        name: "Facade", dependencies: ["Ledger", "Exchange", "Vault", "Journal", "Projections", "Wire", crypto, hummingbird],
        swiftSettings: strict),
    .executableTarget(
        name: "motocho",
        dependencies: [
            "Ledger", "Exchange", "Vault", "Journal", "Projections", "Wire", "Facade", "Scenario",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        swiftSettings: strict),
    .executableTarget(
        name: "motocho-bench",
        dependencies: ["Ledger", "Exchange", "Journal", "Projections", "Facade", hummingbird],
        swiftSettings: strict),
    .testTarget(
        name: "FacadeTests",
        dependencies: [
            "Facade", "Exchange", "Vault", "Journal", "Ledger", "Projections", "Wire",
            .product(name: "HummingbirdTesting", package: "hummingbird"),
        ],
        swiftSettings: strict),
]

/// Set by tools/test for the sanitizers, which look at the concurrent and the unsafe rooms only: the server's packages
/// need not be built for that.
let isCoreOnly = Context.environment["MOTOCHO_CORE"] != nil

let package = Package(
    name: "motocho",
    platforms: [.macOS("26.0")],
    products: isCoreOnly ? [] : [.executable(name: "motocho", targets: ["motocho"])],
    dependencies: [.package(url: "https://github.com/apple/swift-crypto", from: "4.5.2")]
        + (isCoreOnly
            ? []
            : [
                .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
                .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
            ]),
    targets: isCoreOnly ? core : core + server
)
