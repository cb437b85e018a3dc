import Foundation
import Testing

/// `allometry fit` on tables that are in order.
@Suite struct FitCommandTests {
  /// The options of fits in which only the answer's form matters.
  static let quick = ["--law", "chinchilla", "--resamples", "40"]

  @Test(arguments: [
    (["overtraining.csv", "--law", "overtraining", "--by", "corpus"], "overtraining (corpus=C4)"),
    (["parscale.csv", "--law", "parscale", "--where", "corpus==Stack"], "parscale: loss ="),
    (["annealing.csv", "--law", "annealing", "--warmup", "500"], "annealing: loss ="),
  ])
  func examplesAreFitted(arguments: [String], heading: String) async throws {
    let table = Workspace.example(arguments[0])
    let outcome = try await Workspace().run(
      ["fit", table] + arguments.dropFirst() + ["--resamples", "40"])
    #expect(outcome.status == 0)
    #expect(outcome.error.isEmpty)
    #expect(outcome.output.hasPrefix(heading))
    for part in ["parameter", "90% interval", "Validation: "] {
      #expect(outcome.output.contains(part))
    }
    #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  /// The keys that DESIGN.md promises, and the planted exponents inside wide limits.
  @Test func jsonHasThePromisedKeys() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
    let outcome = try await workspace.run(["fit", "runs.csv", "--json"] + Self.quick)
    #expect(outcome.status == 0)
    let fit = try outcome.json
    #expect(fit["schema"] as? String == "allometry.fit/1")
    #expect(fit["law"] as? String == "chinchilla")
    #expect(fit["formula"] as? String == "E + A/N^alpha + B/D^beta")
    #expect(fit["rows"] as? Int == 20)
    #expect(fit["warnings"] is [String])
    let objective = try #require(fit["objective"] as? [String: Any])
    #expect(objective["name"] as? String == "huber-log")
    #expect(objective["delta"] as? Double == 0.001)
    #expect(objective["value"] is Double)
    let interval = try #require(fit["interval"] as? [String: Any])
    #expect(interval["level"] as? Double == 0.9)
    #expect(interval["method"] as? String == "parametric")
    #expect(interval["resamples"] as? Int == 40)
    let validation = try #require(fit["validation"] as? [String: Any])
    #expect(validation["heldOutRows"] as? Int == 4)
    #expect(validation["relativeError"] is Double)
    let parameters = try #require(fit["parameters"] as? [String: [String: Any]])
    #expect(Set(parameters.keys) == ["E", "A", "B", "alpha", "beta"])
    for (name, parameter) in parameters {
      let value = try #require(parameter["value"] as? Double, "\(name)")
      let low = try #require(parameter["low"] as? Double, "\(name)")
      let high = try #require(parameter["high"] as? Double, "\(name)")
      #expect(low <= value && value <= high)
      #expect(parameter["standardError"] is Double)
      #expect(parameter["unit"] is String)
    }
    let alpha = try #require(parameters["alpha"]?["value"] as? Double)
    let beta = try #require(parameters["beta"]?["value"] as? Double)
    #expect(abs(alpha - 0.34) < 0.05)
    #expect(abs(beta - 0.28) < 0.05)
    #expect(parameters["E"]?["unit"] as? String == "nats/token")
  }

  @Test func sameSeedSameBytesForAnyNumberOfThreads() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
    let command = ["fit", "runs.csv", "--json", "--seed", "7"] + Self.quick
    let one = try await workspace.run(command + ["--threads", "1"])
    let two = try await workspace.run(command + ["--threads", "2"])
    let other = try await workspace.run(["fit", "runs.csv", "--json", "--seed", "8"] + Self.quick)
    #expect(one.status == 0)
    #expect(one.output == two.output)
    #expect(one.output != other.output)
  }

  /// L = 1.2 + 900/(N_e^0.18·N_d^0.30): the split matters, and the fit says so.
  @Test func theSplitOfEncoderAndDecoderIsTested() async throws {
    let workspace = try Workspace()
    let sizes = [2e7, 6e7, 2e8, 6e8]
    var rows = ["encoder_N,decoder_N,loss"]
    for encoder in sizes {
      for decoder in sizes {
        let exact = 1.2 + 900 / (pow(encoder, 0.18) * pow(decoder, 0.30))
        rows.append(
          "\(encoder),\(decoder),\(exact * (1 + 0.003 * PlantedTables.scatter(rows.count)))")
      }
    }
    try workspace.write(PlantedTables.lines(rows), to: "nmt.csv")
    let outcome = try await workspace.run(
      "fit", "nmt.csv", "--law", "encoder-decoder", "--resamples", "30", "--json")
    let notes = try #require(try outcome.json["notes"] as? [String])
    #expect(notes.contains { $0.contains("the total size alone is rejected (F = ") })
  }

  @Test func groupsAreFittedApart() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.arms, to: "runs.csv")
    let outcome = try await workspace.run(
      ["fit", "runs.csv", "--by", "method", "--json"] + Self.quick)
    let json = try outcome.json
    #expect(json["schema"] as? String == "allometry.fits/1")
    let fits = try #require(json["fits"] as? [[String: Any]])
    #expect(
      fits.map { $0["group"] as? [String: String] } == [["method": "plain"], ["method": "gated"]])
    #expect(fits.allSatisfy { $0["rows"] as? Int == 20 })
  }

  @Test func rowsAreChosenAndColumnsRenamed() async throws {
    let workspace = try Workspace()
    try workspace.write(
      PlantedTables.lines(["größe/params,train tokens,\"eval, loss\""] + PlantedTables.rows()),
      to: "runs.csv")
    let outcome = try await workspace.run(
      [
        "fit", "runs.csv", "--map", "N=größe/params,D=train tokens,loss=\"eval, loss\"", "--where",
        "D/N<=100", "--json",
      ] + Self.quick)
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    #expect(json["rows"] as? Int == 15)
    let notes = try #require(json["notes"] as? [String])
    #expect(notes.contains { $0.contains("größe/params") })
  }

  @Test func heldStartedAndBoundedParameters() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(noise: 0), to: "runs.csv")
    let outcome = try await workspace.run(
      [
        "fit", "runs.csv", "--fix", "E=1.69", "--start", "alpha=0.3:0.4", "--bounds",
        "beta=0.2:0.27", "--json",
      ] + Self.quick)
    #expect(outcome.status == 0, "\(outcome.error)")
    let parameters = try #require(try outcome.json["parameters"] as? [String: [String: Any]])
    #expect(parameters["E"]?["value"] as? Double == 1.69)
    #expect(parameters["E"]?["fixed"] as? Bool == true)
    let beta = try #require(parameters["beta"]?["value"] as? Double)
    #expect((0.2...0.27).contains(beta), "the planted 0.28 lies outside of the bounds")
  }

  @Test(arguments: ["bootstrap", "parametric", "profile", "none"])
  func everyIntervalMethodAnswers(method: String) async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
    let outcome = try await workspace.run(
      ["fit", "runs.csv", "--interval", method, "--json"] + Self.quick)
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    let interval = try #require(json["interval"] as? [String: Any])
    #expect(interval["method"] as? String == method)
    let parameters = try #require(json["parameters"] as? [String: [String: Any]])
    #expect((parameters["alpha"]?["low"] is Double) == (method != "none"))
  }

  @Test func theNoiselessTruthIsFound() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(noise: 0), to: "runs.csv")
    let outcome = try await workspace.run(
      "fit", "runs.csv", "--law", "chinchilla", "--interval", "none", "--json")
    let parameters = try #require(try outcome.json["parameters"] as? [String: [String: Any]])
    for (name, truth) in ["E": 1.69, "A": 406.4, "B": 410.7, "alpha": 0.34, "beta": 0.28] {
      let value = try #require(parameters[name]?["value"] as? Double)
      #expect(abs(value / truth - 1) < 1e-4, "\(name)")
    }
  }

  /// The table's bytes in other clothes give the same numbers.
  @Test(arguments: ["crlf", "bom", "semicolons", "tabs", "quotes", "standard input", "twice"])
  func theSameTableInOtherClothes(_ form: String) async throws {
    let workspace = try Workspace()
    let plain = PlantedTables.runs()
    var dressed = plain
    var name = "dressed.csv"
    switch form {
    case "crlf": dressed = plain.replacingOccurrences(of: "\n", with: "\r\n")
    case "bom": dressed = "\u{FEFF}" + plain
    case "semicolons": dressed = plain.replacingOccurrences(of: ",", with: ";")
    case "tabs": dressed = plain.replacingOccurrences(of: ",", with: "\t")
    case "quotes":
      dressed = PlantedTables.lines(
        plain.split(separator: "\n").map { line in
          line.split(separator: ",").map { "\"\($0)\"" }.joined(separator: ",")
            + ",\"a, \"\"b\"\"\""
        })
    case "standard input": name = "-"
    default: break
    }
    try workspace.write(plain, to: "plain.csv")
    try workspace.write(dressed, to: "dressed.csv")
    let command = ["--law", "chinchilla", "--interval", "none", "--json"]
    let first = try await workspace.run(["fit", "plain.csv"] + command)
    let second = try await workspace.run(
      ["fit", name] + command, input: name == "-" ? plain : nil)
    #expect(second.status == 0, "\(second.error)")
    let found = try second.json["parameters"] as? NSDictionary
    #expect(found == (try first.json["parameters"] as? NSDictionary))
  }

  @Test func aLawOfOneSizeReadsTheSizeThatIsThere() async throws {
    let workspace = try Workspace()
    try workspace.write(
      PlantedTables.lines(
        ["N,loss"]
          + (0..<10).map {
            let size = 1e7 * pow(2, Double($0))
            return "\(size),\(1.7 + pow(size / 1e6, -0.25))"
          }), to: "runs.csv")
    let outcome = try await workspace.run(
      "fit", "runs.csv", "--law", "power-constant", "--interval", "none", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    #expect((json["settings"] as? [String: String])?["x"] == "N")
    let parameters = try #require(json["parameters"] as? [String: [String: Any]])
    let alpha = try #require(parameters["alpha"]?["value"] as? Double)
    #expect(abs(alpha - 0.25) < 1e-4)
  }

  /// A diverged run has no loss; it is left out, and that is said.
  @Test func aRunWithoutLossIsLeftOutAndNoted() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs() + "100000000,2000000000,NaN\n", to: "runs.csv")
    let outcome = try await workspace.run(["fit", "runs.csv"] + Self.quick)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("20 rows of runs.csv"))
    #expect(outcome.output.contains("Note: dropped 1 row with a missing value in N, D, loss"))
  }

  /// With one size the table says nothing about N: the fit warns and names no optimum.
  @Test func oneSizeIsFittedWithAWarning() async throws {
    let workspace = try Workspace()
    let rows = (0..<8).map { step in
      let tokens = 1e9 * pow(2, Double(step))
      return "1e8,\(tokens),\(PlantedTables.loss(1e8, tokens))"
    }
    try workspace.write(PlantedTables.lines(["N,D,loss"] + rows), to: "runs.csv")
    let outcome = try await workspace.run(["fit", "runs.csv"] + Self.quick)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("Warning: N takes one value only"))
    #expect(!outcome.output.contains("Compute-optimal"))
  }

  /// A million rows are read whole; the fit is of the few that the filter keeps.
  @Test func aMillionRows() async throws {
    let workspace = try Workspace()
    var text = "N,D,loss\n"
    text.reserveCapacity(24 << 20)
    let rows = PlantedTables.rows()
    for copy in 0..<50_000 {
      for row in rows { text += copy < 3 ? "\(row)\n" : "1e12,1e13,1.9\n" }
    }
    try workspace.write(text, to: "runs.csv")
    let outcome = try await workspace.run(
      ["fit", "runs.csv", "--where", "N<=1e9", "--json", "--keep-duplicates"] + Self.quick)
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(try outcome.json["rows"] as? Int == 60)
  }
}
