import Foundation
import ScalingLaws
import TestSupport
import Testing

/// A law with a name that shows in test output.
struct NamedLaw: CustomTestStringConvertible, Sendable {
  var law: any Law
  var testDescription: String { law.name }
  static let all = LawCatalog.all.map { NamedLaw(law: $0) }
}

@Suite struct LawCatalogTests {
  /// The names that the design promises for laws that predict row by row.
  static let promised = [
    "power", "power-constant", "kaplan", "kaplan-steps", "chinchilla", "coupled", "farseer",
    "overtraining", "loss-to-error", "annealing", "multi-power", "data-constrained",
    "repeated-data", "data-filtering", "bnsl", "m4", "vocabulary", "routed", "fine-grained-moe",
    "precision", "float-quantization", "parscale", "sparse-attention", "sparse-training",
    "encoder-decoder", "multilingual", "transfer", "post-training", "rl-sigmoid", "task-sigmoid",
    "passuntil", "mixture", "variance-limited", "resolution-limited", "superposition",
    "shifted-power", "score-power", "projektor",
    "learning-rate", "batch-size", "critical-batch",
  ]

  @Test(arguments: promised) func everyPromisedLawIsThere(_ name: String) throws {
    #expect(try LawCatalog.law(named: name).name == name)
  }

  @Test func everyFileOfTheFolderIsInTheCatalogue() throws {
    let folder = PackageRoot.url("Sources/ScalingLaws/Laws")
    let files = try #require(FileManager.default.subpaths(atPath: folder.path))
    let catalogue = try String(
      contentsOf: folder.appending(path: "LawCatalog.swift"), encoding: .utf8)
    var laws = 0
    for file in files where file.hasSuffix(".swift") {
      let url = folder.appending(path: file)
      // A file that writes a card holds a law.
      guard try String(contentsOf: url, encoding: .utf8).contains("LawCard(") else { continue }
      laws += 1
      let name = url.deletingPathExtension().lastPathComponent
      #expect(catalogue.contains("\(name)()"), "\(file) is not listed in LawCatalog.all")
    }
    #expect(laws == LawCatalog.all.count)
    #expect(Set(LawCatalog.all.map(\.name)).count == LawCatalog.all.count)
  }

  @Test(arguments: NamedLaw.all) func theCardIsComplete(_ named: NamedLaw) {
    let card = named.law.card
    #expect(!card.title.isEmpty && !card.formula.isEmpty && !card.citations.isEmpty)
    #expect(!card.columns.isEmpty)
    let names = named.law.parameters.map(\.name)
    #expect(Set(names).count == names.count)
    // Otherwise every derivative takes two passes through the formula.
    #expect(names.count <= 5 || type(of: named.law).isWide)
    for parameter in named.law.parameters where !parameter.isLinear {
      #expect(parameter.bounds.lowerBound < parameter.bounds.upperBound)
      for start in parameter.starts { #expect(parameter.bounds.contains(start)) }
    }
  }

  @Test(arguments: NamedLaw.all) func gradientsAgreeWithCentralDifferences(_ named: NamedLaw) {
    let law = named.law
    let columns = law.card.columns.enumerated().map { index, requirement -> Double in
      switch requirement.name {
      case "N", "encoder_N", "decoder_N", "active": 3e8 * (1 + Double(index))
      case "D": 7e9
      case "U": 2e9
      case "C": 4e19
      case "S1": 1.3
      case "S2": 0.1
      case "step": 5000
      case "batch_tokens": 5e5
      case let name where name.hasPrefix("share") || name == "repeated_share": 0.3
      case "vocab": 32_000
      default: 4 + Double(index)
      }
    }
    let segments = [
      ScheduleSegment(drop: 1e-4, rate: 2e-4, areaBefore: 0.4),
      ScheduleSegment(drop: 1e-4, rate: 1e-4, areaBefore: 0.9),
    ]
    let point = law.parameters.map { parameter -> Double in
      if let start = parameter.starts.first(where: { $0 != 0 }) { return start }
      return parameter.domain == .positive ? 1.3 : 0.2
    }
    let gradient = law.gradient(point, at: columns, segments: segments)
    for index in point.indices {
      let h = 1e-5 * max(abs(point[index]), 1e-3)
      var up = point
      up[index] += h
      var down = point
      down[index] -= h
      let slope =
        (law.prediction(up, at: columns, segments: segments)
          - law.prediction(down, at: columns, segments: segments)) / (2 * h)
      let value = law.prediction(point, at: columns, segments: segments)
      guard slope.isFinite else { continue }
      let rounding = abs(value) * 1e-15 / h
      #expect(
        abs(gradient[index] - slope) <= 2e-6 * abs(slope) + 20 * rounding + 1e-12,
        "\(law.name), \(law.parameters[index].name): \(gradient[index]) against \(slope)")
    }
  }

  @Test func aMisspeltNameSuggestsTheNearest() {
    #expect(throws: FitError.unknownLaw(name: "chinchila", nearest: "chinchilla")) {
      try LawCatalog.law(named: "chinchila")
    }
  }
}
