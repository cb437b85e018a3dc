// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses the library resolves or builds the benchmarks.

let package = Package(
  name: "allometry-benchmarks",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "allometry", path: "..")],
  targets: [
    .executableTarget(
      name: "allometry-benchmarks",
      dependencies: [
        .product(name: "ScalingLaws", package: "allometry"),
        .product(name: "Statistics", package: "allometry"),
        .product(name: "RunTables", package: "allometry"),
      ],
      path: "Sources/AllometryBenchmarks",
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
      ])
  ]
)
