import Foundation
import Quantities
import ScalingLaws
import Statistics
import TestSupport
import Testing

@Suite struct RawSweepTests {
  /// A sweep whose valleys are planted: ln loss = ln L0 + k·(ln lr/lr*)² + s·(ln lr/lr*)³, with
  /// lr* = 1.8·N^−0.7·D^0.3 times a factor for each cell.
  static func table(
    noise: Double, between: Double = 0, skew: Double = 0, rates: [Double], seed: UInt64 = 1,
    lengths: [Double] = [2e9, 1e10, 5e10], sizes: [Double] = [6e7, 2e8, 6e8]
  ) -> (columns: [String: [Double]], loss: [Double]) {
    var random = SplittableRandom(seed: seed)
    var columns: [String: [Double]] = ["N": [], "D": [], "lr": []]
    var losses: [Double] = []
    for n in sizes {
      for d in lengths {
        let best = 1.8 * pow(n, -0.7) * pow(d, 0.3) * exp(between * random.nextNormal())
        let floor = 1.7 + 400 * pow(n, -0.34) + 400 * pow(d, -0.28)
        for rate in rates {
          let x = log(rate / best)
          columns["N"]?.append(n)
          columns["D"]?.append(d)
          columns["lr"]?.append(rate)
          losses.append(floor * exp(0.006 * x * x + skew * x * x * x + noise * random.nextNormal()))
        }
      }
    }
    return (columns, losses)
  }

  static let rates = (0..<9).map { 1.2e-4 * pow(2, Double($0)) }

  @Test func plantedOptimaAreFoundExactlyWithoutNoise() throws {
    let planted = Self.table(noise: 0, rates: Self.rates)
    let sweep = try #require(RawSweep(columns: planted.columns, loss: planted.loss))
    #expect(sweep.axes == ["lr"] && sweep.cellCount == 9)
    let record = sweep.optima()
    for cell in record.cells {
      let truth =
        1.8 * pow(cell.columns["N"] ?? 0, -0.7) * pow(cell.columns["D"] ?? 0, 0.3)
      let found = try #require(cell.optimum["lr"])
      #expect(found.kind == .inside)
      #expect(abs(log(found.value / truth)) < 1e-5)
    }
    let law = try OptimumLaw(
      LearningRateLaw(), of: "lr", in: record, options: FitOptions(resamples: 100))
    #expect(Planted.relativeError(law.fit.estimate, [1.8, -0.7, 0.3]) < 1e-3)
  }

  /// Nominal 90 % intervals of exponents over 60 worlds with scatter between cells.
  @Test func exponentsAreCovered() throws {
    var covered = 0
    var cells = 0
    var total = 0
    for world in 0..<60 {
      let planted = Self.table(
        noise: 0.001, between: 0.1, rates: Self.rates, seed: UInt64(world + 10))
      let sweep = try #require(RawSweep(columns: planted.columns, loss: planted.loss))
      let law = try OptimumLaw(
        LearningRateLaw(), of: "lr", in: sweep.optima(seed: 1),
        options: FitOptions(resamples: 400, seed: UInt64(world)))
      for (name, truth) in [("a", -0.7), ("b", 0.3)] {
        let found = try #require(law.fit.interval(of: name))
        covered += found.low <= truth && truth <= found.high ? 1 : 0
        total += 1
      }
      cells += law.cells
    }
    #expect(cells == 9 * 60)
    let share = Double(covered) / Double(total)
    #expect(share > 0.82 && share < 0.97, "\(share)")
  }

  /// Rates that all lie below the optimum give a bound, and no law.
  @Test func anEdgeIsABound() throws {
    let low = (0..<6).map { 2e-6 * pow(2, Double($0)) }
    let planted = Self.table(noise: 0.001, rates: low)
    let sweep = try #require(RawSweep(columns: planted.columns, loss: planted.loss))
    let record = sweep.optima()
    #expect(record.cells.allSatisfy { $0.optimum["lr"]?.kind == .atLeast })
    #expect(record.cells.allSatisfy { $0.optimum["lr"]?.high == nil })
    #expect(throws: FitError.self) {
      try OptimumLaw(LearningRateLaw(), of: "lr", in: record, options: FitOptions())
    }
  }

  /// With one length of training only the exponent of D is held and said to be.
  @Test func anExponentThatWasNotVariedIsHeld() throws {
    let planted = Self.table(
      noise: 0.001, rates: Self.rates, lengths: [1e10], sizes: [3e7, 6e7, 2e8, 6e8, 2e9])
    let sweep = try #require(RawSweep(columns: planted.columns, loss: planted.loss))
    let law = try OptimumLaw(
      LearningRateLaw(), of: "lr", in: sweep.optima(), options: FitOptions(resamples: 200))
    #expect(law.fit.freeParameters == ["c", "a"])
    #expect(law.fit.warnings.contains { $0.contains("D is the same in all cells") })
    let exponent = try #require(law.fit.interval(of: "a"))
    #expect(exponent.low < -0.7 && -0.7 < exponent.high)
  }

  /// A skewed valley does not move the optimum.
  @Test func aSkewedValleyIsCovered() throws {
    let planted = Self.table(noise: 0.0005, skew: 0.0012, rates: Self.rates)
    let sweep = try #require(RawSweep(columns: planted.columns, loss: planted.loss))
    let record = sweep.optima()
    var covered = 0
    for cell in record.cells {
      let truth = 1.8 * pow(cell.columns["N"] ?? 0, -0.7) * pow(cell.columns["D"] ?? 0, 0.3)
      let found = try #require(cell.optimum["lr"])
      covered += (found.low ?? 0) <= truth && truth <= (found.high ?? .infinity) ? 1 : 0
    }
    #expect(covered >= 7, "\(covered) of 9")
  }

  /// A crossed quadratic in rate, batch and decay has its planted minimum.
  @Test func threeAxesAreFoundTogether() throws {
    var columns: [String: [Double]] = [
      "N": [], "D": [], "lr": [], "batch_tokens": [], "weight_decay": [],
    ]
    var losses: [Double] = []
    for i in 0..<4 {
      for j in 0..<4 {
        for k in 0..<4 {
          let values = [
            2e-4 * pow(2, Double(i)), 1e5 * pow(2, Double(j)), 0.03 * pow(2, Double(k)),
          ]
          for (name, value) in zip(["lr", "batch_tokens", "weight_decay"], values) {
            columns[name]?.append(value)
          }
          columns["N"]?.append(1e8)
          columns["D"]?.append(1e10)
          let (x, y, z) = (
            log(values[0] / 7e-4), log(values[1] / 3e5), log(values[2] / 0.1)
          )
          losses.append(
            2.3 * exp(0.01 * x * x - 0.006 * x * y + 0.008 * y * y + 0.004 * x * z + 0.006 * z * z))
        }
      }
    }
    let sweep = try #require(RawSweep(columns: columns, loss: losses))
    #expect(sweep.axes == ["lr", "batch_tokens", "weight_decay"])
    let cell = try #require(sweep.optima().cells.first)
    #expect(abs((cell.optimum["lr"]?.value ?? 0) / 7e-4 - 1) < 1e-4)
    #expect(abs((cell.optimum["batch_tokens"]?.value ?? 0) / 3e5 - 1) < 1e-4)
    #expect(abs((cell.optimum["weight_decay"]?.value ?? 0) / 0.1 - 1) < 1e-4)
    #expect(abs(cell.loss - 2.3) < 1e-6)
  }

  @Test func divergedRunsAreLeftOutAndNamed() throws {
    var planted = Self.table(noise: 0, rates: Self.rates)
    planted.loss[8] = .nan
    planted.loss[17] = .infinity
    let sweep = try #require(RawSweep(columns: planted.columns, loss: planted.loss))
    #expect(sweep.notes.contains { $0.contains("2 runs without a finite positive loss") })
    #expect(RawSweep(columns: ["N": [1e8, 1e8], "lr": [1e-3, 1e-3]], loss: [2, 2]) == nil)
  }

  /// batch = c·t^0.5. The stage at last/2^k ends where c·t^0.5 = √2·last/2^k, at t = 2·D/4^k, by hand.
  @Test func theBatchRampDoublesWhereTheLawDoes() {
    let ramp = BatchRamp(tokens: 1e11, doublings: 3) { 10 * $0.squareRoot() }
    let last = 10 * (1e11).squareRoot()
    #expect(ramp.stages.last?.to == 1e11)
    for (stage, k) in zip(ramp.stages.reversed(), 0...) {
      #expect(abs(stage.batch / (last / pow(2, Double(k))) - 1) < 1e-12)
      if k < ramp.stages.count - 1 {
        #expect(abs(stage.from / (1e11 * 2 * pow(4, -Double(k + 1))) - 1) < 1e-6)
      }
    }
    #expect(ramp.stages.count == 4)
    #expect(ramp.steps > ramp.constantSteps)
    #expect(BatchRamp(tokens: 1e11, doublings: 5) { _ in 1e6 }.stages.count == 1)
  }

  /// The exponents of 17 published grids lie inside the authors' own bootstrap.
  @Test(.enabled(if: SharedData.isPresent))
  func publishedGridsLandInsideTheBootstrapSpread() throws {
    let table = try #require(SharedData.table("step-law-lr-batch/dense_lr_bs_loss.csv"))
    let columns = [
      "N": SharedData.numbers(table["params_N_non_embedding"]),
      "D": SharedData.numbers(table["train_tokens_D"]), "lr": SharedData.numbers(table["lr"]),
      "batch_tokens": SharedData.numbers(table["batch_size_sequences"]).map { $0 * 2048 },
    ]
    let sweep = try #require(
      RawSweep(columns: columns, loss: SharedData.numbers(table["smooth_loss"])))
    #expect(sweep.cellCount == 17)
    let record = sweep.optima()
    let rate = try OptimumLaw(
      LearningRateLaw(), of: "lr", in: record, options: FitOptions(resamples: 400))
    let batch = try OptimumLaw(
      BatchSizeLaw(), of: "batch_tokens", in: record,
      options: FitOptions(fixed: ["a": 0], resamples: 400))
    let spread = try #require(
      SharedData.table("step-law-lr-batch/published_bootstrap_params_1000.csv"))
    func expectInside(_ column: String, _ found: Estimated?) {
      let draws = SharedData.numbers(spread[column])
      let value = found?.value ?? .nan
      #expect(value > draws.min() ?? .infinity && value < draws.max() ?? -.infinity, "\(column)")
      // Our interval and the middle nine tenths of theirs overlap.
      let sorted = draws.sorted()
      #expect(
        (found?.low ?? .nan) < quantile(sorted: sorted, 0.95)
          && quantile(sorted: sorted, 0.05) < (found?.high ?? .nan), "\(column)")
    }
    expectInside("lr_coefN", rate.fit.interval(of: "a"))
    expectInside("lr_coefD", rate.fit.interval(of: "b"))
    expectInside("bs_coefD", batch.fit.interval(of: "b"))
  }
}
