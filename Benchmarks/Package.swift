// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses the library resolves or builds the benchmarks.

let libraries = [
  "Statistics", "RunTables", "ScalingLaws", "Tensors", "LanguageModels", "Training",
]

let package = Package(
  name: "allometry-benchmarks",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "allometry", path: "..")],
  targets: [
    .systemLibrary(
      name: "CBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .yum(["openblas-devel"])]),
    .executableTarget(
      name: "allometry-benchmarks",
      dependencies: libraries.map { .product(name: $0, package: "allometry") } + [
        .target(name: "CBLAS", condition: .when(platforms: [.linux]))
      ],
      path: "Sources/AllometryBenchmarks",
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
      ]),
  ]
)
