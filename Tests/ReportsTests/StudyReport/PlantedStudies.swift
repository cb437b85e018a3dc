import Foundation
import Quantities
import Reports
import Verdicts

/// Studies whose runs follow known laws: the baseline `E + A·C^-α`, a treatment the baseline at
/// `m(C)·C` with `m` a power of C. Seeds shift both arms of a pair alike and, a tenth as much, one.
///
/// Verdicts are those of the runs; sentences, conclusions and what is told of single numbers are
/// planted, so that tests know them.
struct PlantedStudy {
  struct Arm {
    var name: String
    var conclusion: ArmVerdict.Conclusion
    /// The multiplier at 1e14 FLOPs.
    var worth: Double
    /// d ln m / d ln C.
    var slope: Double
    /// Its FLOPs per token over the baseline's.
    var cost = 1.03
  }

  var arms = [Arm(name: "gated-attention", conclusion: .fades, worth: 1.35, slope: -0.05)]
  var seeds: [UInt64] = [1, 2, 3]
  var rungs = 5
  var branches = 1
  var target = 1e17
  /// The rung at which the first arm's last seed diverges.
  var divergedRung: Int?

  static let sizes = ["2x64", "3x96", "4x128", "5x192", "6x256", "8x384"]

  /// A deterministic stand-in for scatter, in −1 to 1.
  static func scatter(_ index: Int) -> Double { sin(Double(index) * 12.9898 + 0.5) }

  func loss(_ compute: Double) -> Double { 1.4 + 230 * pow(compute, -0.16) }
  func multiplier(_ arm: Arm, _ compute: Double) -> Double {
    arm.worth * pow(compute / 1e14, arm.slope)
  }

  func active(_ rung: Int) -> Double { 1.3e5 * pow(2.6, Double(rung)) }
  func tokens(_ rung: Int, _ branch: Int) -> Double {
    20 * active(rung) * Double(branch + 1) / Double(branches)
  }

  private func row(
    _ arm: Arm?, _ rung: Int, _ branch: Int, _ seed: UInt64,
    purpose: StudyRow.Purpose = .comparison, rate: Double = 0.003
  ) -> StudyRow {
    let parameters = Int(active(rung) * (arm == nil ? 1 : 1.02))
    let perToken = 6.4 * active(rung) * (arm?.cost ?? 1)
    let costs = StudyRow.Costs(
      parameters: parameters, activeParameters: parameters, embeddingParameters: 0,
      forwardOperationsPerToken: perToken / 3, trainingOperationsPerToken: perToken,
      stateBytes: arm == nil ? 65_536 : 32_768)
    let name = arm?.name ?? "plain"
    return StudyRow(
      identity: RunIdentity(of: "\(name) \(rung) \(branch) \(seed) \(purpose) \(rate)"),
      arm: name, rung: rung, size: Self.sizes[rung], seed: seed, branch: branch,
      trunk: "\(name) \(rung) \(seed)", purpose: purpose, learningRate: rate, costs: costs,
      tokens: Int(tokens(rung, branch)))
  }

  private func run(_ arm: Arm?, _ rung: Int, _ branch: Int, _ seed: UInt64) -> StudyRow {
    var row = row(arm, rung, branch, seed)
    let shared = 0.004 * Self.scatter(rung * 31 + Int(seed) * 7)
    let own = 0.003 * Self.scatter(rung * 17 + Int(seed) * 3 + (arm?.name.count ?? 0) * 5)
    let effective = arm.map { multiplier($0, row.compute) * row.compute } ?? row.compute
    var outcome = RunOutcome(status: .finished, costs: row.costs)
    outcome.loss = loss(effective) * exp(shared + own)
    if let arm, arm.name == arms.first?.name, rung == divergedRung, seed == seeds.last {
      outcome.status = .diverged
      outcome.loss = nil
      outcome.message = "the loss was not finite at step 412"
    }
    outcome.tokens = row.tokens
    outcome.compute = row.compute
    outcome.seconds = 10
    outcome.kernels = "avx2"
    outcome.tokensPerSecond = 10_000 * (1 + 0.1 * Self.scatter(rung + 17 * Int(seed)))
    outcome.diagnostics = [
      "attention_entropy": arm == nil ? 2.31 : 2.87, "sink_mass": arm == nil ? 0.42 : 0.051,
      "highest_attention_score": arm == nil ? 31.4 : 18.2,
    ]
    row.outcome = outcome
    return row
  }

  /// The runs that are compared.
  var runs: [StudyRow] {
    ([nil] + arms.map(Optional.some)).flatMap { arm in
      (0..<rungs).flatMap { rung in
        seeds.flatMap { seed in (0..<branches).map { run(arm, rung, $0, seed) } }
      }
    }
  }

  /// Sweeps at the second size: of the baseline over three rates, the largest of which diverges; of
  /// the others over two, the larger of which is the best.
  var sweeps: [StudyRow] {
    ([nil] + arms.map(Optional.some)).flatMap { arm in
      zip([0.001, 0.003, 0.01], [3.41, 3.38, nil]).prefix(arm == nil ? 3 : 2).map { rate, loss in
        var row = row(
          arm, min(1, rungs - 1), branches - 1, 1, purpose: .learningRateSweep, rate: rate)
        var outcome = RunOutcome(status: loss == nil ? .diverged : .finished, costs: row.costs)
        outcome.loss = loss
        row.outcome = outcome
        return row
      }
    }
  }

  /// A law with parameters that are known and a curve with a band.
  private func planted(_ law: ArmLaw, _ arm: Arm?) -> ArmLaw {
    var law = law
    law.parameters = [
      "alpha": IntervalEstimate(0.16, low: 0.152, high: 0.169),
      "A": IntervalEstimate(230, low: 180, high: 310),
      "E": IntervalEstimate(1.4, low: 1.31, high: 1.47),
    ]
    guard law.curve?.axis == .trainingCompute else { return law }
    law.curve?.points = (0...30).map { index in
      let x = 2e12 * pow(target / 2e12, Double(index) / 30)
      let value = loss(arm.map { multiplier($0, x) * x } ?? x)
      let width = 0.004 + 0.0006 * pow(max(log(x / 1e14), 0), 2)
      return LawCurve.Point(
        scale: x,
        estimate: IntervalEstimate(value, low: value * exp(-width), high: value * exp(width)))
    }
    return law
  }

  /// The verdict of the runs, with what is planted in it.
  private func verdict(_ rows: [StudyRow]) throws -> StudyVerdict {
    let settings = VerdictSettings(target: .trainingOperations(target), refits: 0)
    var verdict = try StudyVerdict(of: rows, baseline: "plain", settings: settings)
    verdict.baselineLaws = verdict.baselineLaws.map { planted($0, nil) }
    for (index, arm) in arms.enumerated() {
      verdict.arms[index].conclusion = arm.conclusion
      verdict.arms[index].sentences = [
        "\(arm.name) is worth \(NumberFormat.fixed(arm.worth, 2))x compute at 1e14 FLOPs and its gain shrinks with scale.",
        "At 1e17 FLOPs it is forecast to be worth about 0.95x; the gain is probably gone by then.",
      ]
      verdict.arms[index].laws = verdict.arms[index].laws.map { planted($0, arm) }
      for axis in verdict.arms[index].axes.indices {
        verdict.arms[index].axes[axis].forecast?.probabilityBetter = 0.23
      }
    }
    return verdict
  }

  private func addCurves(to study: inout StudyResults) {
    study.addCurves { row in
      let arm = arms.first { $0.name == row.arm }
      let values = (1...400).map { step -> Double in
        let effective = 6.4 * active(row.rung) * tokens(row.rung, row.branch) * Double(step) / 400
        let worth = arm.map { multiplier($0, effective) } ?? 1
        let level = loss(effective * worth) + 3 * exp(-Double(step - 1) / 12)
        let noise = 0.05 * Self.scatter((step - 1) * 7 + row.rung + Int(row.seed))
        return level + noise + 0.006 * Self.scatter((step - 1) * 3 + (arm?.name.count ?? 0))
      }
      return [StepCurve(name: "loss", steps: Array(1...400), values: values)]
    }
  }

  private var statement: StudyStatement {
    var statement = StudyStatement()
    statement.question = "Does gating the output of attention still help at 1e17 FLOPs?"
    statement.methods = arms.map { arm in
      var method = StudyStatement.Method()
      method.arms = [arm.name]
      method.name = arm.name
      method.title = "a gate on the output of attention"
      method.summary = "Multiplies each head's output by a sigmoid of the input."
      method.changes = "how information moves between tokens"
      method.options = ["granularity = element"]
      method.claim = "lower loss and no attention sink at 1.7B and 15B parameters"
      method.citation = "Qiu et al., Gated Attention for Large Language Models, 2025"
      return method
    }
    statement.data.corpus = "Swift toolchain interfaces, 48 MB"
    statement.data.tokenizer = "bpe, 512 tokens"
    statement.data.heldOutTokens = 131_072
    statement.ladder.architecture = "llama"
    statement.ladder.context = 128
    statement.ladder.tiesEmbeddings = true
    statement.ladder.tokensPerParameter = 20
    statement.ladder.lengths = [1]
    statement.ladder.seeds = seeds
    statement.recipe.optimizer = "adamw"
    statement.recipe.learningRates = [0.001, 0.003, 0.01]
    statement.recipe.schedule = "cosine"
    statement.recipe.warmup = 0.05
    statement.recipe.batch = 16
    statement.recipe.clip = 1
    return statement
  }

  /// The study with the real verdict's numbers.
  func results() throws -> StudyResults {
    let rows = runs + sweeps
    var study = StudyResults(
      name: "Gated attention on Swift code", verdict: try verdict(rows), rows: rows)
    addCurves(to: &study)
    study.statement = statement
    study.versions = [("allometry", "0.1"), ("engine", "2")]
    study.json = "{\"schema\": \"allometry.verdict/1\", \"baseline\": \"plain\"}"
    study.command = "allometry study report study.yaml"
    return study
  }
}

extension PlantedStudy {
  /// One arm with three seeds, the usual study.
  static let usual = PlantedStudy()
  /// Three arms of different fates.
  static let several = PlantedStudy(arms: [
    Arm(name: "gated-attention", conclusion: .fades, worth: 1.35, slope: -0.05),
    Arm(name: "sparse-experts", conclusion: .helps, worth: 1.9, slope: 0.03, cost: 1.01),
    Arm(name: "deep-and-narrow", conclusion: .hurts, worth: 0.82, slope: 0, cost: 1.2),
  ])
  static let oneSeed = PlantedStudy(seeds: [7])
  static let diverged = PlantedStudy(divergedRung: 4)
  static let oneRung = PlantedStudy(rungs: 1)
  static let threeRungs = PlantedStudy(rungs: 3)
  static let branched = PlantedStudy(rungs: 4, branches: 3)

  static let all: [(name: String, study: PlantedStudy)] = [
    ("usual", usual), ("several", several), ("one seed", oneSeed), ("diverged", diverged),
    ("one rung", oneRung), ("branched", branched),
  ]
}
