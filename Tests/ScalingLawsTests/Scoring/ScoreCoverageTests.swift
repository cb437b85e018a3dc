import Quantities
import ScalingLaws
import Testing

@Suite struct ScoreCoverageTests {
  /// Clopper–Pearson ends by SciPy's beta.ppf.
  @Test(arguments: [
    (20, 24, 0.6261582865113173, 0.9526463733927428, Coverage.Verdict.compatible),
    (8, 24, 0.15630228570913526, 0.5532196156596481, .tooNarrow),
    (60, 60, 0.9403705077138331, 1, .tooWide),
  ])
  func independentRows(
    inside: Int, rows: Int, low: Double, high: Double, verdict: Coverage.Verdict
  ) {
    let coverage = Coverage(
      inside: (0..<rows).map { $0 < inside }, clusters: Array(0..<rows), nominal: 0.9)
    // Independent rows vary a little more than the binomial by the factor n/(n − 1).
    let shrinkage = inside < rows ? Double(rows - 1) / Double(rows) : 1
    #expect(abs(coverage.effectiveRows / Double(rows) - shrinkage) < 1e-9)
    #expect(abs(coverage.share.low - low) < 0.01)
    #expect(abs(coverage.share.high - high) < 0.01)
    #expect(coverage.verdict == verdict)
  }

  /// Rows of one run miss together: by the formula of Korn and Graubard in NumPy and SciPy, 24 rows
  /// of which four whole runs hold and two miss are worth 5.
  @Test func rowsOfARunMissTogether() {
    let inside = [true, true, true, true, false, false].flatMap { [Bool](repeating: $0, count: 4) }
    let runs = (0..<6).flatMap { [Int](repeating: $0, count: 4) }
    let coverage = Coverage(inside: inside, clusters: runs, nominal: 0.9)
    #expect(abs(coverage.effectiveRows - 5) < 1e-9)
    #expect(abs(coverage.share.low - 0.1872870815601379) < 1e-9)
    #expect(abs(coverage.share.high - 0.9687573651975626) < 1e-9)
    #expect(coverage.verdict == .compatible)
    let apart = Coverage(inside: inside, clusters: Array(0..<24), nominal: 0.9)
    #expect(apart.verdict == .tooNarrow, "as independent rows the same share would be a verdict")
  }

  /// All of one opinion cannot show how they vary: runs are counted.
  @Test func unanimousRunsCountOnce() {
    let runs = (0..<5).flatMap { [Int](repeating: $0, count: 20) }
    let coverage = Coverage(
      inside: [Bool](repeating: true, count: 100), clusters: runs, nominal: 0.9)
    #expect(coverage.effectiveRows == 5)
    #expect(coverage.verdict == .compatible)
  }
}
