internal import Quantities
internal import RealModule
internal import Statistics

/// Training FLOPs per token as a power of the model size, C = c·N^p·D.
///
/// 6·N leaves out attention over the context and counts embeddings that multiply nothing. Where a
/// table has C, N and D and they differ from it, the power is fitted to C/D.
public struct FlopsPerToken: Sendable, Hashable, Codable {
  /// c.
  public var coefficient: Double
  /// p.
  public var exponent: Double
  /// Where it is from: `6N`, `C of the table`, or the expression that computed C.
  public var source: String
  /// The standard deviation of ln(C/D) about the power; 0 for 6·N.
  public var scatter: Double
  /// C/(N·D) on average (geometric mean of the rows).
  public var average: Double

  /// 6·N.
  public static let sixfold = FlopsPerToken(
    coefficient: 6, exponent: 1, source: "6N", scatter: 0, average: 6)

  /// Creates a power.
  public init(
    coefficient: Double, exponent: Double, source: String, scatter: Double, average: Double
  ) {
    self.coefficient = coefficient
    self.exponent = exponent
    self.source = source
    self.scatter = scatter
    self.average = average
  }

  /// What the columns C, N and D say; 6·N where one is absent or C is 6·N·D within two per cent.
  public init(_ observations: Observations) {
    self = .sixfold
    if let formula = observations.flopsFormula { source = formula }
    guard let c = observations.columns["C"], let n = observations.columns["N"],
      let d = observations.columns["D"]
    else { return }
    let rows = observations.weights.indices.filter {
      observations.weights[$0] > 0 && c[$0] > 0 && n[$0] > 0 && d[$0] > 0
        && (c[$0] / d[$0]).isFinite
    }
    guard !rows.isEmpty else { return }
    let x = rows.map { Double.log(n[$0]) }
    let y = rows.map { Double.log(c[$0]) - Double.log(n[$0]) - Double.log(d[$0]) }
    let line = leastSquaresLine(x, y)
    let fitted = x.map { (line?.intercept ?? mean(y)) + (line?.slope ?? 0) * $0 }
    let isNear = zip(fitted, y).allSatisfy { abs($0.0 - Double.log(6)) < 0.02 }
    // Published tables round C to the nominal budget: scatter about 6·N·D is no other count.
    guard !isNear else { return }
    coefficient = Double.exp(line?.intercept ?? mean(y))
    exponent = 1 + (line?.slope ?? 0)
    source = observations.flopsFormula ?? "C of the table"
    scatter = zip(fitted, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    scatter = (scatter / Double(rows.count)).squareRoot()
    average = Double.exp(mean(y))
  }

  /// Whether it is 6·N.
  public var isSixfold: Bool { coefficient == 6 && exponent == 1 }

  /// FLOPs of a token at a size.
  public func perToken(_ size: Double) -> Double {
    isSixfold ? 6 * size : Double.exp(logPerToken(Double.log(size)))
  }

  /// ln of the FLOPs of a token at a size.
  func logPerToken(_ logSize: Double) -> Double {
    Double.log(coefficient) + exponent * logSize
  }

  /// ln D of a compute at a size.
  func logTokens(logCompute: Double, logSize: Double) -> Double {
    logCompute - logPerToken(logSize)
  }

  /// ln N of a compute at a number of tokens.
  func logSize(logCompute: Double, logTokens: Double) -> Double {
    (logCompute - logTokens - Double.log(coefficient)) / exponent
  }

  /// N of a compute at a number of tokens.
  public func size(compute: Double, tokens: Double) -> Double {
    guard !isSixfold else { return compute / (6 * tokens) }
    return Double.exp(logSize(logCompute: Double.log(compute), logTokens: Double.log(tokens)))
  }

  /// How C is counted, for a reader: `C = 6·N·D`.
  public var formula: String {
    isSixfold
      ? "C = 6·N·D"
      : "C = \(NumberFormat.sentence(coefficient))·N^\(NumberFormat.sentence(exponent, digits: 4))·D"
  }

  /// What a reader must know; nil for a plain 6·N.
  public var sentence: String? {
    if isSixfold {
      return source == "6N" ? nil : "C counts \(source) FLOPs a token, 6·N within 2 %"
    }
    let slope = exponent - 1
    let direction =
      abs(slope) < 0.002
      ? "at every size"
      : "\(slope > 0 ? "rising" : "falling") with size: \(formula)"
    let spread =
      scatter > 0.02 ? ", within \(NumberFormat.sentence(scatter * 100, digits: 2)) %" : ""
    return
      "C = \(NumberFormat.sentence(average))·N·D on average (\(source)), \(direction)\(spread); optimal tokens follow this C and not 6·N·D"
  }
}
