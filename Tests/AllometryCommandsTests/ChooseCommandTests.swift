import Foundation
import Testing

/// `allometry choose`.
@Suite struct ChooseCommandTests {
  private func json(_ arguments: [String], in workspace: Workspace? = nil) async throws
    -> [String: Any]
  {
    let outcome = try await (workspace ?? Workspace()).run(["choose"] + arguments + ["--json"])
    #expect(outcome.status == 0, "\(outcome.error)")
    return try outcome.json
  }

  private func value(_ any: Any?) throws -> Double {
    if let plain = any as? Double { return plain }
    return try #require((any as? [String: Any])?["value"] as? Double)
  }

  /// The root of d/dV[(N + V·d)·f(V)] by SciPy's brentq: 67,590.1 tokens for N = 3e9, d = 3200.
  @Test func vocabulary() async throws {
    let found = try await json(["vocabulary", "--parameters", "3B", "--width", "3200"])
    #expect(abs(try value(found["leastCompute"]) / 67590.12080644612 - 1) < 1e-6)
    #expect(abs(try value(found["tokensPerCharacter"]) - 0.23691707532008177) < 1e-9)
  }

  /// By exhaustive search in NumPy over 200,000 widths a granularity, with the paper's constants.
  @Test(arguments: [(1e20, 16.0, 2.5602358, 3.0596568e10), (1e22, 32, 2.0146559, 3.8985421e11)])
  func granularity(compute: Double, best: Double, loss: Double, size: Double) async throws {
    let found = try await json(["granularity", "--compute", "\(compute)"])
    let choice = try #require((found["choices"] as? [[String: Any]])?.first)
    #expect(try value(choice["granularity"]) == best)
    #expect(abs(try value(choice["loss"]) - loss) < 1e-6)
    #expect(abs(try value(choice["parameters"]) / size - 1) < 0.01)
  }

  /// P* = 7.0021 of the paper's constants, and the root of dL/dD = 0 by NumPy.
  @Test func precision() async throws {
    let found = try await json(["precision", "--parameters", "1B", "--bits", "4"])
    #expect(abs(try value(found["optimalBits"]) - 7.002109368338809) < 1e-6)
    #expect(abs(try value(found["criticalTokens"]) / 95738786881.74542 - 1) < 1e-9)
  }

  /// arXiv:2502.05172's coefficients in NumPy and SciPy: bounded minimisation of the loss over ln N
  /// for each number of experts, the width by bisection where 80 GB with a cache of 16,384 tokens bind.
  @Test func sparsityWithinMemory() async throws {
    let found = try await json(
      ["sparsity", "--compute", "1e22", "--memory", "80G", "--cache", "16384"])
    let choices = try #require(found["choices"] as? [[String: Any]])
    let losses = try choices.map { try value($0["loss"]) }
    for (loss, expected) in zip(losses, [2.1575, 2.1434, 2.1282, 2.1172, 2.1133, 2.1179]) {
      #expect(abs(loss - expected) < 6e-5)
    }
    #expect(found["best"] as? Int == 4)
    #expect(
      choices.map { $0["isBoundByMemory"] as? Bool } == [false, false, true, true, true, true])
    let free = try await json(["sparsity", "--compute", "1e20", "--experts", "8"])
    let choice = try #require((free["choices"] as? [[String: Any]])?.first)
    #expect(abs(try value(choice["active"]) / 9.9e8 - 1) < 0.002)
    #expect(abs(try value(choice["loss"]) - 2.52913) < 1e-5)
    let text = try await Workspace().run("choose", "sparsity", "--compute", "1e22")
    #expect(text.output.contains("best"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let wrong = try await Workspace().run(
      "choose", "sparsity", "--compute", "1e22", "--totals", "2B", "--experts", "4")
    #expect(wrong.status == 64)
  }

  /// Hard examples where data are plentiful, easy ones where they are scarce [27].
  @Test func pruning() async throws {
    let found = try await json(["pruning", "--examples", "1,10", "--kept", "0.3"])
    let rows = try #require(found["rows"] as? [[String: Any]])
    #expect(rows.map { $0["best"] as? String } == ["easy", "hard"])
    let errors = try #require(rows[1]["errors"] as? [String: Double])
    // NumPy: 0.049, 0.142, 0.068 with standard errors to 0.008.
    for (name, expected) in [("hard", 0.049), ("random", 0.142), ("easy", 0.068)] {
      #expect(abs(try #require(errors[name]) - expected) < 0.03)
    }
    let text = try await Workspace().run("choose", "pruning", "--examples", "2", "--draws", "3")
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(try await Workspace().run("choose", "pruning", "--kept", "1.5").status == 64)
  }

  /// Two pools of a million samples [124], b 0.2 that halves in 2 epochs and 0.12 in 8: errors by a
  /// loop over epochs in NumPy. Equally good at a million samples, both win; from one sample on, the better alone.
  @Test func pools() async throws {
    let found = try await json([
      "pools", "--pool", "top=0.2:2", "--pool", "next=0.12:8", "--a", "1", "--d", "0.1",
      "--reference", "1e6", "--pool-size", "1e6", "--samples", "2e6,1e7",
    ])
    let choices = try #require(found["choices"] as? [[String: Any]])
    #expect(choices.map { ($0["pools"] as? [String])?.count } == [2, 2])
    let errors = try choices.map { try #require($0["errors"] as? [Double]) }
    #expect(abs(errors[0][0] - 1.0066254995067279) < 1e-9)
    #expect(abs(errors[0][1] - 0.9950250709279724) < 1e-9)
    #expect(abs(errors[1][1] - 0.8300270362623839) < 1e-9)
    let plain = try await json([
      "pools", "--pool", "top=0.2:2", "--pool", "next=0.12:8", "--a", "1", "--d", "0.1",
      "--pool-size", "1e6", "--samples", "2e6",
    ])
    let choice = try #require((plain["choices"] as? [[String: Any]])?.first)
    #expect(choice["pools"] as? [String] == ["top"])
    #expect(abs(try value(choice["error"]) - 0.15720420176067937) < 1e-9)
  }

  /// Fits of two laws to one table: the additive law's D*/N* goes as C^((alpha − beta)/(alpha +
  /// beta)) = C^0.0968.
  @Test func allocation() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(noise: 1e-4), to: "runs.csv")
    for law in ["chinchilla", "overtraining"] {
      let fit = try await workspace.run(
        "fit", "runs.csv", "--law", law, "--resamples", "40", "--json")
      try workspace.write(fit.output, to: "\(law).json")
    }
    let found = try await json(
      ["allocation", "chinchilla.json", "overtraining.json", "--target", "1e24"], in: workspace)
    let trends = try #require(found["trends"] as? [[String: Any]])
    #expect(abs(try value(trends[0]["exponent"]) - 0.06 / 0.62) < 0.01)
    #expect(abs(try value(trends[1]["exponent"])) < 0.01, "fixed by the law's form")
    let ratios = try trends.map { try value($0["ratioAtTarget"]) }
    let spread = try #require(found["spreadAtTarget"] as? Double)
    #expect(abs(spread - (ratios.max() ?? 0) / (ratios.min() ?? 1)) < 1e-9)
    expectOneSentence(
      try await workspace.run("choose", "experts", "chinchilla.json", "--parameters", "1B"),
      status: 64, containing: "found a fit of chinchilla, expected one of routed")
  }

  /// With the constants published for 25M [L14], the best schedule of 24,000 steps beats cosine by
  /// the law and does not rise. SciPy's L-BFGS-B over 25 knots ends at 3.258026; eight knots cannot
  /// go lower than it does over many, and come close.
  @Test func schedule() async throws {
    let workspace = try Workspace()
    let values: [(String, Double)] = [
      ("L0", 3.0405), ("A", 0.5247), ("alpha", 0.5079), ("B", 363.79), ("C", 2.0656),
      ("beta", 0.5828), ("gamma", 0.6414),
    ]
    let document: [String: Any] = [
      "schema": "allometry.fit/1", "law": "multi-power", "settings": [String: String](),
      "formula": "", "response": ["column": "loss", "unit": ""], "rows": 100,
      "objective": ["name": "huber-log", "delta": 0.001, "value": 0, "mean": 0],
      "parameters": Dictionary(
        values.map { ($0.0, ["value": $0.1, "unit": "", "fixed": false] as [String: Any]) },
        uniquingKeysWith: { a, _ in a }),
      "interval": ["level": 0.9, "method": "none", "resamples": 0, "tail": 0.05],
      "ranges": [String: [Double]](), "scatter": 0.001,
      "search": ["starts": 1, "polished": 1, "agreeing": 1, "status": "converged"],
      "notes": [String](), "warnings": [String](),
    ]
    try workspace.write(try JSONSerialization.data(withJSONObject: document), to: "m.json")
    let found = try await json(
      [
        "schedule", "m.json", "--steps", "24000", "--warmup", "2160", "--peak", "3e-4", "--knots",
        "8", "--csv", "plan.csv",
      ], in: workspace)
    let loss = try value(found["finalLoss"])
    #expect(loss > 3.2578 && loss < 3.2590)
    let others = try #require(found["others"] as? [[String: Any]])
    for other in others { #expect(try value(other["extraLoss"]) > 0) }
    let lines = try workspace.read("plan.csv").split(separator: "\n")
    #expect(lines.count == 24001)
    let rates = lines.dropFirst().compactMap { Double($0.split(separator: ",")[1]) }
    #expect(zip(rates[2160...], rates[2161...]).allSatisfy { $0 >= $1 })
    expectOneSentence(
      try await workspace.run(
        "choose", "schedule", "m.json", "--steps", "10", "--peak", "3e-4"), status: 64,
      containing: "--steps: found 10")
  }
}
