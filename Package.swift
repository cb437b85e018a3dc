// swift-tools-version: 6.2
import PackageDescription

// The manifest states the architecture: a target imports only targets listed above it, and each
// third-party product appears in exactly one target; only the real functions of swift-numerics are
// shared by the two numerical ones.

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

/// One room of the house: a library, its tests and its DocC catalogue share a name.
struct Room {
  var name: String
  var rooms: [String] = []
  /// Rooms that only the tests need.
  var testRooms: [String] = []
  var products: [Target.Dependency] = []
  /// Products that the tests name themselves.
  var testProducts: [Target.Dependency] = []
  /// Folders of the tests that hold no Swift: expected values and the scripts that made them.
  var testExclusions: [String] = []
}

let rooms: [Room] = [
  Room(name: "Files"),
  Room(name: "Quantities"),
  Room(name: "Cards", rooms: ["Quantities"]),
  Room(
    name: "Statistics", rooms: ["Quantities"],
    products: [.product(name: "RealModule", package: "swift-numerics")],
    testExclusions: ["Goldens"]),
  Room(
    name: "Optimization", testRooms: ["Statistics"],
    products: [.product(name: "RealModule", package: "swift-numerics")]),
  Room(
    name: "RunTables", rooms: ["Files", "Quantities"],
    products: [.product(name: "OrderedCollections", package: "swift-collections")]),
  Room(
    name: "ScalingLaws", rooms: ["Quantities", "Cards", "Statistics", "Optimization"],
    products: [.product(name: "RealModule", package: "swift-numerics")]),
  Room(
    name: "SamplingLaws", rooms: ["Quantities", "Statistics", "Optimization", "RunTables"],
    products: [.product(name: "RealModule", package: "swift-numerics")]),
  Room(
    name: "Verdicts",
    rooms: [
      "Files", "Quantities", "Cards", "Statistics", "RunTables", "ScalingLaws", "SamplingLaws",
    ]),
  // OpenBLAS is loaded while a process runs; Apple's own library stands in on macOS.
  Room(name: "Tensors", rooms: ["CKernels"]),
  Room(
    name: "LanguageModels", rooms: ["Files", "Statistics", "Tensors"],
    testExclusions: ["Goldens"]),
  Room(
    name: "Corpora",
    rooms: ["Files", "Quantities", "Cards", "Statistics", "Tensors", "LanguageModels"],
    testExclusions: ["Goldens"]),
  Room(
    name: "Training",
    rooms: ["Files", "Quantities", "Cards", "Statistics", "Tensors", "LanguageModels", "Corpora"],
    testRooms: ["ScalingLaws"], testExclusions: ["Goldens"]),
  Room(
    name: "Treatments",
    rooms: [
      "Quantities", "Cards", "Statistics", "Tensors", "LanguageModels", "Corpora", "Training",
    ]),
  Room(
    name: "Strategies",
    rooms: [
      "Quantities", "Cards", "Statistics", "RunTables", "Tensors", "LanguageModels", "Corpora",
      "Training",
    ]),
  Room(
    name: "Studies",
    rooms: [
      "Files", "Quantities", "Cards", "Statistics", "RunTables", "Verdicts", "Tensors",
      "LanguageModels", "Corpora", "Training", "Treatments", "Strategies",
    ],
    testRooms: ["ScalingLaws", "SamplingLaws", "StudyTestSupport"],
    products: [.product(name: "Yams", package: "Yams")]),
  Room(
    name: "Store", rooms: ["Files", "Verdicts"], testRooms: ["RunTables", "StudyTestSupport"],
    products: [.product(name: "GRDB", package: "GRDB.swift")]),
  Room(
    name: "Reports",
    rooms: [
      "Files", "Quantities", "Cards", "Statistics", "RunTables", "ScalingLaws", "SamplingLaws",
      "Verdicts",
    ],
    products: [.product(name: "Mustache", package: "swift-mustache")]),
  Room(
    name: "AllometryCommands",
    rooms: [
      "Files", "Quantities", "Cards", "Statistics", "RunTables", "ScalingLaws", "SamplingLaws",
      "Verdicts", "Tensors", "LanguageModels", "Corpora", "Training", "Treatments", "Strategies",
      "Studies", "Store", "Reports",
    ],
    products: [.product(name: "ArgumentParser", package: "swift-argument-parser")]),
]

let package = Package(
  name: "allometry",
  // `InlineArray` and `Span` need the 2025 runtime on Apple's systems.
  platforms: [.macOS(.v26)],
  products: rooms.map { .library(name: $0.name, targets: [$0.name]) } + [
    .executable(name: "allometry", targets: ["allometry"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: rooms.flatMap { room -> [Target] in
    let dependencies = room.rooms.map { Target.Dependency.target(name: $0) } + room.products
    return [
      .target(name: room.name, dependencies: dependencies, swiftSettings: settings),
      .testTarget(
        name: "\(room.name)Tests",
        dependencies: [.target(name: room.name)]
          + (room.rooms + room.testRooms + ["TestSupport"]).map {
            Target.Dependency.target(name: $0)
          } + room.testProducts,
        exclude: room.testExclusions, swiftSettings: settings),
    ]
  } + [
    .target(
      name: "CKernels", exclude: ["templates"], cSettings: [.headerSearchPath(".")],
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    .target(
      name: "StudyTestSupport", dependencies: ["Verdicts"], path: "Tests/StudyTestSupport",
      swiftSettings: settings),
    .executableTarget(
      name: "allometry", dependencies: ["AllometryCommands"], swiftSettings: settings),
  ]
)
