internal import Optimization
internal import RealModule
internal import Statistics

extension MixtureLackOfFit {
  /// Tests the fit of a form of the mixture law; nil where the rows leave nothing to test with.
  ///
  /// With three or more repeats of mixtures, the scatter between mixtures about the law is compared
  /// with that between repeats. Otherwise squares and products of shares are regressed on the
  /// residuals beside the law's own derivatives (a score test with F's distribution).
  init?(of fit: Fit, law: MixtureLaw) {
    let rows = fit.observations.weights.indices.filter { fit.observations.weights[$0] > 0 }
    let groups = MixtureFit.groups(law, fit.observations)
    let parameters = fit.freeParameters.count
    var members: [Int: [Int]] = [:]
    for row in rows { members[groups[row], default: []].append(row) }
    let repeats = rows.count - members.count
    let residuals = fit.residuals
    if repeats >= 3, members.count > parameters {
      var within = 0.0
      var between = 0.0
      for key in members.keys.sorted() {
        let values = (members[key] ?? []).map { residuals[$0] }
        let centre = mean(values)
        between += Double(values.count) * centre * centre
        for value in values { within += (value - centre) * (value - centre) }
      }
      guard within > 0 else { return nil }
      let tried = members.count - parameters
      let ratio = between / Double(tried) / (within / Double(repeats))
      self.init(
        method: "repeats",
        pValue: FisherF(
          numerator: Double(tried), denominator: Double(repeats)
        ).survival(ratio), tried: tried, freedom: repeats,
        remainingScatter: (within / Double(repeats)).squareRoot())
      return
    }
    let shares = law.domains.map { fit.observations.column($0) }
    let names = law.card.columns.map(\.name)
    let gradients = rows.map { row -> [Double] in
      let gradient = law.gradient(fit.estimate, at: names.map { fit.observations.column($0)[row] })
      return gradient.map { $0 / fit.predictions[row] }
    }
    guard gradients.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return nil }
    var basis = OrthonormalBasis(rows: rows.count)
    for index in law.parameters.indices { basis.add(gradients.map { $0[index] }) }
    let target = rows.map { residuals[$0] }
    let before = basis.remainder(of: target)
    let own = basis.count
    for j in shares.indices { basis.add(rows.map { shares[j][$0] * shares[j][$0] }) }
    let pairs = shares.count * (shares.count - 1) / 2
    if rows.count - own > 3 * (shares.count + pairs) {
      for j in shares.indices {
        for k in 0..<j { basis.add(rows.map { shares[j][$0] * shares[k][$0] }) }
      }
    }
    let tried = basis.count - own
    let freedom = rows.count - basis.count
    guard tried > 0, freedom >= 3 else { return nil }
    let after = basis.remainder(of: target)
    // Residuals of a noise-free table are rounding: nothing is left to be explained.
    let scale = fit.observations.response.reduce(0) { max($0, abs($1)) }
    guard before > 1e-20 * Double(rows.count), scale > 0 else { return nil }
    let ratio = (before - after) / Double(tried) / max(after / Double(freedom), 1e-300)
    self.init(
      method: "curvature",
      pValue: FisherF(
        numerator: Double(tried), denominator: Double(freedom)
      ).survival(max(ratio, 0)), tried: tried, freedom: freedom,
      remainingScatter: (after / Double(freedom)).squareRoot())
  }
}

/// Orthonormal directions that are added one by one; what depends on earlier ones is left out.
struct OrthonormalBasis {
  private let rows: Int
  private var directions: [[Double]] = []
  init(rows: Int) { self.rows = rows }

  var count: Int { directions.count }

  mutating func add(_ column: [Double]) {
    let length = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0, length.isFinite, directions.count < rows else { return }
    var rest = column.map { $0 / length }
    // Twice, because one pass of Gram and Schmidt loses digits between near directions.
    for _ in 0..<2 { rest = Self.without(directions, rest) }
    let left = rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard left > 1e-7 else { return }
    directions.append(rest.map { $0 / left })
  }

  /// The sum of squares of what the directions do not explain.
  func remainder(of column: [Double]) -> Double {
    Self.without(directions, column).reduce(0) { $0 + $1 * $1 }
  }

  private static func without(_ directions: [[Double]], _ column: [Double]) -> [Double] {
    var rest = column
    for direction in directions {
      let part = zip(direction, rest).reduce(0) { $0 + $1.0 * $1.1 }
      for index in rest.indices { rest[index] -= part * direction[index] }
    }
    return rest
  }
}
