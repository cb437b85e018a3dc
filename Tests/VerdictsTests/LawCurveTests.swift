import Quantities
import Testing
import Verdicts

/// Laws as they are drawn: where they are fitted, with their intervals.
struct LawCurveTests {
  static func verdict(refits: Int, target: VerdictSettings.Target) throws -> (
    rows: [StudyRow], verdict: StudyVerdict
  ) {
    let rows = try PlantedStudy(gain: { _ in 1.4 }).rows(1)
    let settings = VerdictSettings(target: target, refits: refits, threads: 2)
    return (rows, try StudyVerdict(of: rows, baseline: "baseline", settings: settings))
  }

  @Test func lawsAreDrawnWithBandsUpToTheTarget() throws {
    let (rows, verdict) = try Self.verdict(refits: 40, target: .trainingOperations(1e18))
    let laws = verdict.baselineLaws + verdict.arms[0].laws
    #expect(laws.map(\.arm) == ["baseline", "baseline", "gated", "gated"])
    #expect(
      laws.map(\.curve?.axis) == [
        .trainingCompute, .activeParameters, .trainingCompute, .activeParameters,
      ])
    for law in laws {
      let curve = try #require(law.curve)
      #expect(curve.points.count == 41)
      let isBanded = curve.points.allSatisfy { point in
        guard let low = point.estimate.low, let high = point.estimate.high else { return false }
        return point.estimate.value != nil && low < high
      }
      #expect(isBanded, "\(law.arm), \(law.law) of \(law.columns)")
      let scales = curve.points.map(\.scale)
      #expect(scales == scales.sorted())
      let isCompute = curve.axis == .trainingCompute
      let own = rows.filter { $0.arm == law.arm }
        .map { isCompute ? $0.compute : Double($0.costs.activeParameters) }
      let smallest = try #require(own.min())
      let target = isCompute ? 1e18 : 10 * (try #require(own.max()))
      #expect(abs(scales[0] / smallest - 1) < 1e-9)
      #expect(abs(scales[40] / target - 1) < 1e-9)
      guard isCompute else { continue }
      // At the target the curve is the forecast.
      let last = try #require(curve.points.last?.estimate.value)
      let forecast = try #require(law.forecast?.value)
      #expect(abs(last / forecast - 1) < 1e-6)
    }
  }

  /// Without refits there are no intervals, and the curve is the same.
  @Test func withoutRefitsThereIsNoBand() throws {
    let banded = try Self.verdict(refits: 40, target: .trainingOperations(1e18)).verdict
    let plain = try Self.verdict(refits: 0, target: .trainingOperations(1e18)).verdict
    let curve = try #require(plain.baselineLaws[0].curve)
    #expect(curve.points.allSatisfy { $0.estimate.low == nil && $0.estimate.high == nil })
    #expect(
      curve.points.map(\.estimate.value)
        == banded.baselineLaws[0].curve?.points.map(\.estimate.value))
  }

  /// Runs of one size say nothing of how a law goes on.
  @Test func oneSizeHasNoCurve() throws {
    let rows = try PlantedStudy(rungs: 1).rows(1)
    let verdict = try StudyVerdict(
      of: rows, baseline: "baseline", settings: VerdictSettings(refits: 0))
    let laws = verdict.baselineLaws + verdict.arms[0].laws
    #expect(!laws.contains { $0.curve != nil })
  }
}
