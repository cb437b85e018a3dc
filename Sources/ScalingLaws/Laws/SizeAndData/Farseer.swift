public import Optimization
internal import RealModule

/// A loss surface whose data exponent and amplitude depend on model size [48].
///
/// L(N, D) = exp(s·N^q + S) + exp(b·N^beta + Q)·D^(−exp(a·N^alpha + P)): the loss at infinite data,
/// the amplitude and the exponent of data are each a stretched exponential of N, whose inner
/// exponent may have either sign. With a = b = 0 the data term is that of ``Chinchilla``.
public struct Farseer: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "farseer", title: "Farseer: the data exponent depends on model size",
      formula: "exp(s N^q + S) + exp(b N^beta + Q) D^(-exp(a N^alpha + P))",
      citations: [.farseer2025],
      columns: [.parameters, .tokens],
      caution:
        "nine parameters: it needs several amounts of data at each of several sizes; the inner "
        + "exponents mean nothing where their amplitude is near zero")
  }

  /// Derivatives are taken eight at a time.
  public static var isWide: Bool { true }

  /// s, q, S, b, beta, Q, a, alpha, P.
  public var parameters: [LawParameter] {
    func amplitude(_ name: String) -> LawParameter {
      .shape(name, domain: .real, bounds: -1e6...1e6, starts: [0.01])
    }
    func inner(_ name: String) -> LawParameter {
      .shape(name, domain: .real, bounds: -1.5...1.5, starts: [-0.2, 0.1])
    }
    func offset(_ name: String) -> LawParameter {
      .shape(name, domain: .real, bounds: -1e3...1e3, starts: [0])
    }
    return [
      amplitude("s"), inner("q"), offset("S"), amplitude("b"), inner("beta"), offset("Q"),
      amplitude("a"), inner("alpha"), offset("P"),
    ]
  }

  /// exp(s·N^q + S) + exp(b·N^beta + Q)·D^(−exp(a·N^alpha + P)).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let logN = x.log(0)
    let floor = exp(p[0] * exp(p[1] * logN) + p[2])
    let exponent = exp(p[6] * exp(p[7] * logN) + p[8])
    let amplitude = p[3] * exp(p[4] * logN) + p[5]
    return floor + exp(amplitude - exponent * x.log(1))
  }
}

extension Farseer {
  /// A curve in D at one size: E + B·D^(−A).
  private struct Curve {
    var logN: Double
    var logFloor: Double
    var logAmplitude: Double
    var logExponent: Double
  }

  /// Starts from the piecewise method [48]: a curve in D per size, then a curve in N per
  /// coefficient.
  ///
  /// The source removes the infinite-data loss by differences on a geometric grid of D; here it
  /// is a linear unknown of the same regression, which needs no grid. To the fits come points
  /// with constant coefficients, for tables that show no dependence on N.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let n = observations.column("N").map { Double.log($0) }
    let d = observations.column("D").map { Double.log($0) }
    guard n.count == observations.count, d.count == n.count else { return nil }
    var sizes: [[Int]] = []
    for row in n.indices.sorted(by: { n[$0] < n[$1] }) {
      if let last = sizes.last?.last, n[row] - n[last] < 1e-3 {
        sizes[sizes.count - 1].append(row)
      } else {
        sizes.append([row])
      }
    }
    let curves = sizes.compactMap { rows in
      Self.curve(n: n[rows[0]], d: rows.map { d[$0] }, loss: rows.map { observations.response[$0] })
    }
    var points = Self.constantStarts(n: n, d: d, loss: observations.response)
    guard curves.count >= 3 else { return points }
    let inner = [-0.4, -0.15, 0.15, 0.4]
    let logN = curves.map(\.logN)
    let floors = Self.lines(logN, curves.map(\.logFloor), inner: inner)
    let amplitudes = Self.lines(logN, curves.map(\.logAmplitude), inner: inner)
    let exponents = Self.lines(logN, curves.map(\.logExponent), inner: inner)
    for floor in floors {
      for amplitude in amplitudes {
        for exponent in exponents { points.append(floor + amplitude + exponent) }
      }
    }
    return points
  }

  /// The best E, B and A at one size, by a scan over A with E and B solved.
  private static func curve(n: Double, d: [Double], loss: [Double]) -> Curve? {
    guard d.count >= 3 else { return nil }
    let centre = d.reduce(0, +) / Double(d.count)
    func solve(_ logExponent: Double) -> (error: Double, scale: [Double]) {
      let exponent = Double.exp(logExponent)
      let power = d.map { Double.exp(-exponent * ($0 - centre)) }
      let ones = [Double](repeating: 1, count: d.count)
      let scale = startingAmplitudes(terms: [ones, power], target: loss)
      let error = zip(power, loss).reduce(0.0) { sum, pair in
        let ratio = (scale[0] + scale[1] * pair.0) / pair.1 - 1
        return sum + ratio * ratio
      }
      return (error, scale)
    }
    let best = minimize(over: Double.log(0.05)...Double.log(1.5), samples: 48, tolerance: 1e-6) {
      solve($0).error
    }
    let scale = solve(best.argument).scale
    return Curve(
      logN: n, logFloor: Double.log(scale[0]),
      logAmplitude: Double.log(scale[1]) + Double.exp(best.argument) * centre,
      logExponent: best.argument)
  }

  /// Lines through `y` over N^inner: the two best inner exponents as [slope, inner, offset].
  private static func lines(_ logN: [Double], _ y: [Double], inner: [Double]) -> [[Double]] {
    let fits = inner.map { exponent -> (error: Double, line: [Double]) in
      let x = logN.map { Double.exp(exponent * $0) }
      let meanX = x.reduce(0, +) / Double(x.count)
      let meanY = y.reduce(0, +) / Double(y.count)
      let covariance = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
      let variance = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
      let slope = variance > 0 ? covariance / variance : 0
      let offset = meanY - slope * meanX
      let error = zip(x, y).reduce(0.0) { sum, pair in
        let residual = pair.1 - offset - slope * pair.0
        return sum + residual * residual
      }
      return (error, [slope, exponent, offset])
    }
    return fits.indices.sorted { (fits[$0].error, $0) < (fits[$1].error, $1) }.prefix(2)
      .map { fits[$0].line }
  }

  /// Surfaces E + B·D^(−A) that do not depend on N, over a few exponents.
  private static func constantStarts(n: [Double], d: [Double], loss: [Double]) -> [[Double]] {
    let centre = d.reduce(0, +) / Double(max(d.count, 1))
    let middle = n.reduce(0, +) / Double(max(n.count, 1))
    let ones = [Double](repeating: 1, count: d.count)
    return [0.15, 0.3, 0.5, 0.8].flatMap { exponent -> [[Double]] in
      let power = d.map { Double.exp(-exponent * ($0 - centre)) }
      let scale = startingAmplitudes(terms: [ones, power], target: loss)
      // A thousandth of a unit of the inner term: small, but with a derivative.
      return [-0.2, 0.2].map { inner in
        let small = 1e-3 * Double.exp(-inner * middle)
        return [
          small, inner, Double.log(scale[0]), small, inner,
          Double.log(scale[1]) + exponent * centre, small, inner, Double.log(exponent),
        ]
      }
    }
  }
}
