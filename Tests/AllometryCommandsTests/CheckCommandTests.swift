import Foundation
import Testing

/// `allometry check`.
@Suite struct CheckCommandTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func json(_ arguments: String...) async throws -> [String: Any] {
    let outcome = try await workspace.run(["check"] + arguments + ["--json"])
    #expect(outcome.status == 0, "\(outcome.error)")
    return try outcome.json
  }

  /// Every size pays for its last layer, which N leaves out [L4]: the uncorrected exponent is too
  /// large and the corrected one is the planted beta/(alpha + beta) = 0.4516.
  @Test func anOmittedLastLayerIsFoundAndCorrected() async throws {
    var rows = ["N,D,width,layers,loss,lr,batch_tokens"]
    for (index, width) in [128.0, 256, 384, 512, 768, 1024].enumerated() {
      let body = 12 * 6 * width * width
      for (place, ratio) in [5.0, 20, 80, 200].enumerated() {
        let tokens = 3e8 * ratio
        let noise = 1 + 2e-4 * PlantedTables.scatter(4 * index + place)
        let loss = PlantedTables.loss(body + 50_257 * width, tokens) * noise
        rows.append("\(body),\(tokens),\(width),6,\(loss),0.001,65536")
      }
    }
    try workspace.write(PlantedTables.lines(rows), to: "runs.csv")
    let found = try await json(
      "recipe", "runs.csv", "--let", "vocab=50257", "--resamples", "60")
    func estimate(_ any: Any?) throws -> (value: Double, low: Double, high: Double) {
      let object = try #require(any as? [String: Double])
      return (
        try #require(object["value"]), try #require(object["low"]), try #require(object["high"])
      )
    }
    let truth = 0.28 / 0.62
    let asIs = try estimate(found["exponent"])
    #expect(asIs.low > truth + 0.02, "\(asIs)")
    let items = try #require(found["items"] as? [[String: Any]])
    let layer = try #require(items.first { $0["cause"] as? String == "last layer" })
    #expect(layer["status"] as? String == "suspect")
    let corrected = try estimate(layer["corrected"])
    #expect(abs(corrected.value - truth) < 0.01, "\(corrected)")
    let states = Dictionary(
      items.map { ($0["cause"] as? String ?? "", $0["status"] as? String ?? "") },
      uniquingKeysWith: { a, _ in a })
    #expect(states["learning rate"] == "suspect", "one rate over a factor 64 of size")
    #expect(states["warm-up"] == "unknown")
    let text = try await workspace.run(
      "check", "recipe", "runs.csv", "--let", "vocab=50257", "--resamples", "20")
    #expect(text.output.contains("last layer, SUSPECT: N leaves it out"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  /// A straight climb over five sizes has linearity 4 and emergence score 4; one jump has linearity
  /// 2 and an infinite score [46][190]. exp(-0.1)^5 = 0.6065.
  @Test func statisticsOfAJump() async throws {
    var rows = ["N,metric.line,metric.jump,loss"]
    for (index, loss) in [2.0, 1.5, 1, 0.5, 0.1].enumerated() {
      rows.append(
        "\(pow(10, Double(index + 6))),\(0.1 * Double(index + 1)),\(index == 4 ? 1 : 0),\(loss)")
    }
    try workspace.write(PlantedTables.lines(rows), to: "evals.csv")
    let found = try await json("emergence", "evals.csv", "--length", "5", "--items", "jump=300")
    let tasks = try #require(found["tasks"] as? [[String: Any]])
    let jump = try #require(tasks.first { $0["task"] as? String == "jump" })
    let line = try #require(tasks.first { $0["task"] as? String == "line" })
    #expect(abs(try #require(line["linearity"] as? Double) - 4) < 1e-9)
    #expect(abs(try #require(line["emergenceScore"] as? Double) - 4) < 1e-9)
    #expect(abs(try #require(jump["linearity"] as? Double) - 2) < 1e-9)
    #expect(jump["emergenceScore"] as? String == "Infinity")
    // 1 − 0.05^(1/300), the exact bound behind the rule of three.
    let upper = try #require(jump["upperRateWithoutMatch"] as? Double)
    #expect(abs(upper - 0.0099360819) < 1e-9)
    let change = try #require(jump["exactMatch"] as? [String: Any])
    let last = try #require((change["models"] as? [[String: Double]])?.last)
    #expect(abs(try #require(last["exactMatch"]) - 0.6065306597) < 1e-9)
    #expect(abs(try #require(last["wrongTokens"]) - 0.4758129098) < 1e-9)
    let text = try await workspace.run("check", "emergence", "evals.csv", "--length", "5")
    #expect(text.output.contains("wrong tokens"))
    expectOneSentence(
      try await workspace.run("check", "emergence", "evals.csv", "--items", "jmp=3"), status: 64,
      containing: "--items: found \"jmp\"")
  }

  /// Right answers rise with compute in a straight line, wrong ones wander: the tie is lost from
  /// the probability to its share among the options [14].
  @Test func theLadderLosesTheTieAtTheChoices() async throws {
    var rows = ["C,item,option,logprob,correct"]
    for item in 0..<40 {
      for size in 0..<6 {
        let right = -6 + 0.6 * Double(size) + 0.05 * PlantedTables.scatter(7 * item + size)
        rows.append("\(pow(10, Double(18 + size))),i\(item),a,\(right),1")
        for option in 1...3 {
          let wrong = -4 + 2 * PlantedTables.scatter(31 * item + 7 * size + 113 * option)
          rows.append("\(pow(10, Double(18 + size))),i\(item),o\(option),\(wrong),0")
        }
      }
    }
    try workspace.write(PlantedTables.lines(rows), to: "items.csv")
    let found = try await json("items", "items.csv")
    let stages = try #require(found["stages"] as? [[String: Any]])
    let medians = try stages.map { try #require($0["medianMagnitude"] as? Double) }
    #expect(medians.count == 5)
    #expect(medians[0] > 0.99 && medians[1] > 0.99)
    #expect(medians[2] < 0.9 && medians[4] < medians[2])
    let text = try await workspace.run("check", "items", "items.csv")
    #expect(text.output.contains("Most is lost from"))
    try workspace.write(
      "C,item,option,logprob,correct\n1e18,a,x,-1,0\n1e19,a,x,-1,0\n", to: "b.csv")
    expectOneSentence(
      try await workspace.run("check", "items", "b.csv"), status: 65,
      containing: "b.csv:2: item a: found 0 options with correct = 1, expected one")
  }

  /// Pass rates exp(−c·N^(−0.3)) of 30 problems, in counts rounded from a million draws each: the
  /// forecast is the mean of the planted rates at ten times the size, the curvature none [5].
  @Test func passRatesAreForecast() async throws {
    var rows = ["N,problem,passes,draws"]
    func rate(_ problem: Int, _ size: Double) -> Double {
      exp(-300 * exp(0.05 * Double(problem)) * pow(size, -0.3))
    }
    for size in [3e7, 1e8, 3e8, 1e9] {
      for problem in 0..<30 {
        rows.append("\(size),p\(problem),\(Int((1e6 * rate(problem, size)).rounded())),1000000")
      }
    }
    try workspace.write(PlantedTables.lines(rows), to: "passes.csv")
    let found = try await json("passes", "passes.csv", "--at", "1e10")
    let forecast = try #require((found["forecasts"] as? [[String: Any]])?.first)
    let value = try #require((forecast["rate"] as? [String: Double])?["value"])
    let truth = (0..<30).map { rate($0, 1e10) }.reduce(0, +) / 30
    #expect(abs(value / truth - 1) < 0.002)
    #expect(found["verdict"] as? String == "standard")
    expectOneSentence(
      try await workspace.run(
        "check", "passes", "passes.csv", "--map", "passes=draws,draws=passes"),
      status: 65, containing: "expected whole numbers with passes up to draws")
  }

  /// Quality that follows (ln(A·D^α))^β raises no alarm; quality that falls does [141].
  @Test func theAlarmOfTransfer() async throws {
    func table(_ fall: Double) -> String {
      PlantedTables.lines(
        ["D,bleu"]
          + (0..<8).map { index in
            let tokens = 1e7 * pow(3, Double(index))
            let good = pow(log(2) + 0.4 * log(tokens), 1.4)
            return "\(tokens),\(good * (index > 4 ? 1 - fall : 1))"
          })
    }
    try workspace.write(table(0), to: "good.csv")
    try workspace.write(table(0.3), to: "bad.csv")
    #expect(try await json("transfer", "good.csv")["misaligned"] as? Bool == false)
    let bad = try await json("transfer", "bad.csv")
    #expect(bad["misaligned"] as? Bool == true)
    // Three of the four held-out budgets are 30 % below: √(3/4)·|ln 0.7| = 0.3089.
    #expect(abs(try #require(bad["heldOutError"] as? Double) - 0.3089) < 0.01)
    let text = try await workspace.run("check", "transfer", "bad.csv")
    #expect(text.output.hasPrefix("ALARM."))
  }
}
