import Foundation
import Quantities
import Reports

/// Studies whose runs follow known laws: the baseline `E + A·C^-α`, a treatment the baseline at
/// `m(C)·C` with `m` a power of C. Seeds shift both arms of a pair alike and, a tenth as much, one.
struct PlantedStudy {
  struct Arm {
    var name: String
    var conclusion: String
    /// The multiplier at 1e14 FLOPs.
    var worth: Double
    /// d ln m / d ln C.
    var slope: Double
    /// Its FLOPs per token over the baseline's.
    var cost = 1.03
  }

  var arms = [Arm(name: "gated-attention", conclusion: "fades", worth: 1.35, slope: -0.05)]
  var seeds: [UInt64] = [1, 2, 3]
  var rungs = 5
  var branches = 1
  var target = 1e17
  /// The rung at which the first arm's last seed diverges.
  var divergedRung: Int?
  var refuses = false

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
  func compute(_ rung: Int, _ branch: Int, _ cost: Double) -> Double {
    6.4 * active(rung) * tokens(rung, branch) * cost
  }

  private func run(_ arm: Arm?, _ rung: Int, _ branch: Int, _ seed: UInt64) -> StudyReading.Run {
    let compute = compute(rung, branch, arm?.cost ?? 1)
    let shared = 0.004 * Self.scatter(rung * 31 + Int(seed) * 7)
    let own = 0.003 * Self.scatter(rung * 17 + Int(seed) * 3 + (arm?.name.count ?? 0) * 5)
    let effective = arm.map { multiplier($0, compute) * compute } ?? compute
    var run = StudyReading.Run(
      arm: arm?.name ?? "plain", rung: rung, size: Self.sizes[rung], seed: seed, branch: branch,
      state: .finished, loss: loss(effective) * exp(shared + own))
    if let arm, arm.name == arms.first?.name, rung == divergedRung, seed == seeds.last {
      run.state = .diverged
      run.loss = nil
      run.message = "the loss was not finite at step 412"
    }
    run.tokens = tokens(rung, branch)
    run.operations = compute
    run.activeParameters = active(rung) * (arm == nil ? 1 : 1.02)
    run.learningRate = 0.003
    run.tokensPerSecond = 10_000 * (1 + 0.1 * Self.scatter(rung + 17 * Int(seed)))
    return run
  }

  var runs: [StudyReading.Run] {
    ([nil] + arms.map(Optional.some)).flatMap { arm in
      (0..<rungs).flatMap { rung in
        seeds.flatMap { seed in (0..<branches).map { run(arm, rung, $0, seed) } }
      }
    }
  }

  /// A mean with plus and minus twice its standard error; no interval for one value.
  static func mean(_ values: [Double]) -> StudyReading.Estimate {
    guard !values.isEmpty else { return .unknown }
    let mean = values.reduce(0, +) / Double(values.count)
    guard values.count > 1 else { return .init(mean) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = sqrt(squares / Double(values.count - 1) / Double(values.count))
    return .init(mean, low: mean - 2 * error, high: mean + 2 * error)
  }

  private func side(_ runs: [StudyReading.Run], _ arm: Arm?) -> StudyReading.Side {
    var side = StudyReading.Side()
    let losses = runs.compactMap(\.loss)
    side.runs = losses.count
    side.loss = Self.mean(losses).value
    if losses.count > 1 { side.spread = 0.011 }
    side.diverged = runs.count { $0.state == .diverged }
    side.operations = runs.first?.operations ?? 0
    side.tokens = runs.first?.tokens ?? 0
    side.operationsPerToken = side.operations / max(side.tokens, 1)
    side.activeParameters = runs.first?.activeParameters ?? 0
    side.parameters = side.activeParameters
    side.stateBytes = 65_536 * (arm == nil ? 1 : 0.5)
    side.learningRates = [0.003]
    side.diagnostics = [
      "attention_entropy": arm == nil ? 2.31 : 2.87, "sink_mass": arm == nil ? 0.42 : 0.051,
      "highest_attention_score": arm == nil ? 31.4 : 18.2,
    ]
    return side
  }

  func verdict(_ arm: Arm) -> StudyReading.Arm {
    var result = StudyReading.Arm(
      name: arm.name, conclusion: arm.conclusion,
      sentences: [
        "\(arm.name) is worth \(NumberFormat.fixed(arm.worth, 2))x compute at 1e14 FLOPs and its gain shrinks with scale.",
        "At 1e17 FLOPs it is forecast to be worth about 0.95x; the gain is probably gone by then.",
      ])
    var measured: [StudyReading.Worth] = []
    for rung in 0..<rungs {
      for branch in 0..<branches {
        let own = runs.filter { $0.rung == rung && $0.branch == branch }
        let (left, right) = (own.filter { $0.arm == "plain" }, own.filter { $0.arm == arm.name })
        var row = StudyReading.Rung(rung: rung, branch: branch, size: Self.sizes[rung])
        row.baseline = side(left, nil)
        row.treatment = side(right, arm)
        let pairs = zip(left, right).compactMap { a, b in
          a.loss.flatMap { x in b.loss.map { (x, $0) } }
        }
        row.pairs = pairs.count
        row.difference = Self.mean(pairs.map { $1 - $0 })
        row.differencePercent = Self.mean(pairs.map { 100 * ($1 - $0) / $0 })
        row.percentAtEqualCompute = row.differencePercent
        row.noise = "pairs of this rung"
        if rung == 1 { row.flags = ["learning rate at the edge of the sweep"] }
        result.rungs.append(row)
        guard branch == branches - 1, row.pairs > 0 else { continue }
        let scale = compute(rung, branch, arm.cost)
        let worth = multiplier(arm, scale)
        let width = pairs.count > 1 ? 0.05 : .nan
        measured.append(
          StudyReading.Worth(
            rung: rung, size: Self.sizes[rung], scale: scale,
            multiplier: .init(
              worth * exp(0.02 * Self.scatter(rung * 5)), low: worth * exp(-width),
              high: worth * exp(width)), probabilityBetter: 0.98))
      }
    }
    result.axes = [
      axis(arm, .trainingCompute, measured, power: 1),
      axis(arm, .activeParameters, measured, power: 0.5),
    ]
    result.unmeasured = ["runs above \(NumberFormat.flops(measured.last?.scale ?? 0)) FLOPs"]
    if seeds.count == 1 {
      result.unmeasured.append("only one seed")
      result.warnings.append("one seed: the noise between runs was not measured")
    }
    result.flags = rungs > 1 ? ["2 of 3 learning rates at 3x96 were at the edge of the sweep."] : []
    if refuses { result.refusals = ["1 size is too few for a forecast"] }
    return result
  }

  private func axis(
    _ arm: Arm, _ scale: StudyReading.Scale, _ measured: [StudyReading.Worth], power: Double
  ) -> StudyReading.Axis {
    let place = { (compute: Double) in
      scale == .trainingCompute ? compute : sqrt(compute / 128)
    }
    let worths = measured.map { worth in
      StudyReading.Worth(
        rung: worth.rung, size: worth.size, scale: place(worth.scale),
        multiplier: .init(
          worth.multiplier.value.map { pow($0, power) },
          low: worth.multiplier.low.map { pow($0, power) },
          high: worth.multiplier.high.map { pow($0, power) }),
        probabilityBetter: worth.probabilityBetter)
    }
    let low = place(compute(0, branches - 1, arm.cost))
    let high = place(compute(rungs - 1, branches - 1, arm.cost))
    var axis = StudyReading.Axis(scale: scale, dataRange: low...high, target: place(target))
    axis.targetIsGiven = scale == .trainingCompute
    axis.measured = worths
    axis.meaning =
      scale == .trainingCompute
      ? "both size and tokens grow with the multiplier"
      : "at equal tokens per parameter, so tokens grow with the multiplier"
    axis.test = "The gain shrinks with scale (p = 0.003 against a constant factor, 15 pairs)."
    guard !refuses, rungs > 1 else { return axis }
    let scales = (0...40).map { low * pow(place(target) / low, Double($0) / 40) }
    axis.trend = scales.map { x in
      let compute = scale == .trainingCompute ? x : 128 * x * x
      let value = log(multiplier(arm, compute)) * power
      let width = 0.015 + 0.0008 * pow(log(x / sqrt(low * high)), 2) * (seeds.count > 1 ? 1 : 3)
      return StudyReading.CurvePoint(
        scale: x,
        estimate: .init(exp(value), low: exp(value - width), high: exp(value + width)))
    }
    axis.fitted = worths.map { worth in
      let nearest = axis.trend.min {
        abs(log($0.scale / worth.scale)) < abs(log($1.scale / worth.scale))
      }
      return StudyReading.Worth(
        rung: worth.rung, size: worth.size, scale: worth.scale,
        multiplier: nearest?.estimate ?? .unknown, probabilityBetter: 0.99)
    }
    if let last = axis.trend.last {
      axis.forecast = StudyReading.Worth(
        scale: last.scale, multiplier: last.estimate, probabilityBetter: 0.23)
    }
    if arm.slope != 0 {
      let at = place(1e14 * pow(arm.worth, -1 / arm.slope))
      axis.crossing = StudyReading.Crossing(
        scale: .init(at, low: at / 4, high: at * 9),
        place: at < low ? .below : at < high ? .inside : at < high * 1e3 ? .beyond : .none,
        treatmentLeadsBelow: arm.slope < 0)
    }
    axis.smallestDetectable = 1.04
    return axis
  }

  private func law(_ arm: Arm?) -> StudyReading.Law {
    var law = StudyReading.Law(
      arm: arm?.name ?? "plain", name: "power-constant", formula: "E + A/C^alpha")
    law.parameters = [
      ("E", .init(1.4, low: 1.31, high: 1.47)), ("A", .init(230, low: 180, high: 310)),
      ("alpha", .init(0.16, low: 0.152, high: 0.169)),
    ]
    law.rows = rungs * seeds.count
    law.scatter = 0.0041
    law.heldOutError = 0.0062
    let low = compute(0, 0, 1)
    law.curve = (0...30).map { index in
      let x = low * pow(target / low, Double(index) / 30)
      let value = loss(arm.map { multiplier($0, x) * x } ?? x)
      let width = 0.004 + 0.0006 * pow(max(log(x / 1e14), 0), 2)
      return StudyReading.CurvePoint(
        scale: x,
        estimate: .init(value, low: value * exp(-width), high: value * exp(width)))
    }
    law.forecast = law.curve.last?.estimate
    return law
  }

  private var curves: [StudyReading.TrainingCurve] {
    ([nil] + arms.map(Optional.some)).flatMap { arm in
      (0..<rungs).flatMap { rung in
        seeds.map { seed in
          let end = tokens(rung, branches - 1)
          let tokens = (1...400).map { end * Double($0) / 400 }
          let losses = tokens.enumerated().map { index, d -> Double in
            let effective = compute(rung, branches - 1, 1) * d / end
            let worth = arm.map { multiplier($0, effective) } ?? 1
            let level = loss(effective * worth) + 3 * exp(-Double(index) / 12)
            return level + 0.05 * Self.scatter(index * 7 + rung + Int(seed))
              + 0.006 * Self.scatter(index * 3 + (arm?.name.count ?? 0))
          }
          return StudyReading.TrainingCurve(
            arm: arm?.name ?? "plain", rung: rung, seed: seed, tokens: tokens, losses: losses)
        }
      }
    }
  }

  var reading: StudyReading {
    var reading = StudyReading(name: "Gated attention on Swift code", baseline: "plain")
    reading.question = "Does gating the output of attention still help at 1e17 FLOPs?"
    reading.runs = runs
    reading.arms = arms.map(verdict)
    reading.laws = rungs > 2 ? ([nil] + arms.map(Optional.some)).map { law($0) } : []
    reading.curves = curves
    reading.learningRates =
      "Learning rates were swept for each arm at 3x96 and transferred to the other sizes."
    reading.sweeps = ["plain", arms[0].name].map { arm in
      StudyReading.Sweep(
        arm: arm, size: "3x96", rates: [0.001, 0.003, 0.01], losses: [3.41, 3.38, nil],
        best: 0.003, isAtEdge: false)
    }
    reading.treatments = arms.map { arm in
      StudyReading.Treatment(
        arms: [arm.name], title: "\(arm.name): a gate on the output of attention",
        summary:
          "Multiplies each head's output by a sigmoid of the input. Options here: granularity=element",
        claim: "lower loss and no attention sink at 1.7B and 15B parameters",
        citation: "Qiu et al., Gated Attention for Large Language Models, 2025")
    }
    reading.facts = [
      .init(
        "Data",
        [("corpus", "Swift toolchain interfaces, 48 MB"), ("tokenizer", "bpe, 512 tokens")]),
      .init("Training", [("optimiser", "AdamW"), ("batch", "16 × 128 tokens")]),
      .init("Cost", [("core-seconds", "5420"), ("runs reused", "5 of 30")]),
    ]
    reading.json = "{\"schema\": \"allometry.verdict/1\", \"baseline\": \"plain\"}"
    reading.command = "allometry study report study.yaml"
    return reading
  }
}

extension PlantedStudy {
  /// One arm with three seeds, the usual study.
  static let usual = PlantedStudy()
  /// Three arms of different fates.
  static let several = PlantedStudy(arms: [
    Arm(name: "gated-attention", conclusion: "fades", worth: 1.35, slope: -0.05),
    Arm(name: "sparse-experts", conclusion: "helps", worth: 1.9, slope: 0.03, cost: 1.01),
    Arm(name: "deep-and-narrow", conclusion: "hurts", worth: 0.82, slope: 0, cost: 1.2),
  ])
  static let oneSeed = PlantedStudy(seeds: [7])
  static let diverged = PlantedStudy(divergedRung: 4)
  static let oneRung = PlantedStudy(rungs: 1, refuses: true)
  static let branched = PlantedStudy(rungs: 4, branches: 3)

  static let all: [(name: String, study: PlantedStudy)] = [
    ("usual", usual), ("several", several), ("one seed", oneSeed), ("diverged", diverged),
    ("one rung", oneRung), ("branched", branched),
  ]
}
