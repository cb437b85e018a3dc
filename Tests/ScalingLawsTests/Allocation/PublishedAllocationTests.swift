import Quantities
import ScalingLaws
import TestSupport
import Testing

/// Published tables beside the package, see their README files.
@Suite(.enabled(if: SharedData.isPresent, "../shared/data is absent"))
struct PublishedAllocationTests {
  static func llama3(_ condition: String, dropFlagged: Bool = false) throws -> Observations {
    let table = try #require(SharedData.table("isoflop-llama3/isoflop_llama3.csv"))
    let conditions = table["condition"] ?? []
    let flagged = table["flagged_outlier"] ?? []
    let rows = conditions.indices.filter {
      conditions[$0] == condition && !(dropFlagged && flagged[$0] == "True")
    }
    func column(_ name: String) -> [Double] {
      let all = SharedData.numbers(table[name])
      return rows.map { all[$0] }
    }
    return Observations(
      columns: [
        "N": column("params_N"), "D": column("train_tokens_D"), "C": column("flop_budget_C"),
      ], response: column("loss"))
  }

  /// The repository's approach 2 on all 133 points; NumPy's polyfit gives a 0.463221,
  /// N* 3.93325e11, D* 1.61020e13 at 3.8e25.
  @Test func parabolas() throws {
    let found = try isoFLOPFit(
      try Self.llama3("raw_loss"), options: IsoFLOPOptions(valley: .parabola))
    #expect(abs(found.estimate[0] - 0.463_220_9) < 1e-6)
    #expect(abs(found.estimate[2] - 0.536_779_1) < 1e-6)
    let plan = found.plan(compute: 3.8e25)
    #expect(agree(plan.size.value, 3.933_251_43e11, 1e-6))
    #expect(agree(plan.tokens.value, 1.610_203_02e13, 1e-6))
    #expect(plan.size.low < plan.size.value && plan.size.value < plan.size.high)
    #expect(agree(plan.reach.factor, 3800, 1e-9))
    #expect(found.valleys.filter(\.isUsed).count == 10)
    // polyfit's vertices at the first and the last budget.
    #expect(agree(found.valleys[0].optimalSize, 226_842_245.4, 1e-8))
    #expect(agree(found.valleys[9].optimalSize, 6_995_823_152, 1e-8))
  }

  @Test func variants() throws {
    let exponential = try isoFLOPFit(
      try Self.llama3("exp_loss"), options: IsoFLOPOptions(valley: .parabola, resamples: 0))
    #expect(abs(exponential.estimate[0] - 0.463_120_8) < 1e-6)
    let dropped = try isoFLOPFit(
      try Self.llama3("raw_loss", dropFlagged: true),
      options: IsoFLOPOptions(valley: .parabola, resamples: 0))
    #expect(abs(dropped.estimate[0] - 0.499_999_6) < 1e-6)
    #expect(agree(dropped.plan(compute: 3.8e25).tokens.value, 9.813_152e12, 1e-6))
    #expect(dropped.valleys.filter(\.isUsed).count == 8)
    // All runs of the two largest budgets are flagged, so nothing of them is left to warn of.
    #expect(dropped.valleys.count == 8)
    let akima = try isoFLOPFit(
      try Self.llama3("raw_loss"), options: IsoFLOPOptions(valley: .akima, resamples: 50))
    #expect(abs(akima.estimate[0] - 0.463) < 0.06)
  }

  /// Least squares of the five parameters: the README's baseline, and its bias statement: the two
  /// methods differ by 58 % in tokens on the same runs.
  @Test func leastSquaresAndBias() throws {
    let table = try Self.llama3("raw_loss")
    let options = FitOptions(objective: .squared, interval: .none)
    let found = try fit(Chinchilla(), to: table, options: options)
    let expected = [0.6047, 59.1, 155.1, 0.3100, 0.3136]
    for (value, published) in zip(found.estimate, expected) {
      #expect(agree(value, published, 2e-3))
    }
    let squares = found.residuals.reduce(0) { $0 + $1 * $1 } / Double(table.count)
    #expect(abs(squares.squareRoot() - 0.00390) < 1e-5)
    let plan = try found.plan(compute: 3.8e25)
    #expect(agree(plan.tokens.value, 10.2e12, 0.01))
    #expect(agree(plan.size.value, 621.6e9, 0.01))
    let bias = try isoFLOPBias(
      observations: table, options: IsoFLOPOptions(valley: .parabola), at: 3.8e25,
      surface: found.estimate)
    #expect(agree(bias.trueSize, plan.size.value, 1e-9))
    #expect(bias.sizeRatio > 0.3 && bias.sizeRatio < 1.5)
    let dropped = try fit(
      Chinchilla(), to: try Self.llama3("raw_loss", dropFlagged: true), options: options)
    #expect(abs(dropped.estimate[3] - 0.3362) < 2e-4)
    #expect(abs(dropped.estimate[4] - 0.3354) < 2e-4)
  }

  private static func openCLIP(
    _ task: String, _ metric: String, upstream prefix: String
  ) throws -> (compute: [Double], error: [Double]) {
    let table = try #require(SharedData.table("openclip/zeroshot_results.csv"))
    let tasks = table["downstream_dataset"] ?? []
    let upstream = table["upstream_dataset"] ?? []
    let rows = tasks.indices.filter { tasks[$0] == task && upstream[$0].hasPrefix(prefix) }
    let compute = SharedData.numbers(table["gmac_total"])
    let value = SharedData.numbers(table[metric])
    return (rows.map { compute[$0] }, rows.map { 1 - value[$0] })
  }

  /// The README's lines for OpenAI's three models, C in GMAC.
  @Test func openAICLIP() throws {
    let image = try Self.openCLIP("imagenet1k", "acc1", upstream: "CLIP-WIT")
    let law = try #require(
      ComputeFrontier(compute: image.compute, outcome: image.error, bins: 5).powerLaw())
    #expect(agree(law.prefactor, 23.18, 1e-3))
    #expect(abs(law.exponent + 0.164) < 5e-4)
    let coco = try Self.openCLIP(
      "mscoco_captions", "image_retrieval_recall@5", upstream: "CLIP-WIT")
    let second = try #require(
      ComputeFrontier(compute: coco.compute, outcome: coco.error, bins: 5).powerLaw())
    #expect(agree(second.prefactor, 1.59, 5e-3))
    #expect(abs(second.exponent + 0.051) < 5e-4)
  }

  /// The 24 LAION models in five bins at their centres; expected values by NumPy with the same
  /// rule (linspace over log10 C, the minimum of each bin, polyfit).
  @Test func openCLIPFrontier() throws {
    let image = try Self.openCLIP("imagenet1k", "acc1", upstream: "LAION")
    #expect(image.compute.count == 24)
    let law = try #require(
      ComputeFrontier(compute: image.compute, outcome: image.error, bins: 5)
        .powerLaw(atBinCentres: true))
    #expect(agree(law.prefactor, 10.075_514, 1e-6))
    #expect(abs(law.exponent + 0.132_703_2) < 1e-6)
    let coco = try Self.openCLIP(
      "mscoco_captions", "image_retrieval_recall@5", upstream: "LAION")
    let second = try #require(
      ComputeFrontier(compute: coco.compute, outcome: coco.error, bins: 5)
        .powerLaw(atBinCentres: true))
    #expect(agree(second.prefactor, 4.318_170, 1e-6))
    #expect(abs(second.exponent + 0.096_746_5) < 1e-6)
  }
}
