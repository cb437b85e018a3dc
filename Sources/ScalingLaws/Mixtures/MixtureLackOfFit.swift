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
    var basis = OrthonormalColumns(count: rows.count)
    basis.add(law.parameters.indices.map { index in Self.unit(gradients.map { $0[index] }) })
    let target = rows.map { residuals[$0] }
    let before = basis.squaredRemainder(of: target)
    let own = basis.columns.count
    basis.add(
      shares.map { share in Self.unit(rows.map { share[$0] * share[$0] }) })
    let pairs = shares.count * (shares.count - 1) / 2
    if rows.count - own > 3 * (shares.count + pairs) {
      for j in shares.indices {
        basis.add((0..<j).map { k in Self.unit(rows.map { shares[j][$0] * shares[k][$0] }) })
      }
    }
    let tried = basis.columns.count - own
    let freedom = rows.count - basis.columns.count
    guard tried > 0, freedom >= 3 else { return nil }
    let after = basis.squaredRemainder(of: target)
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

  /// A column at length one; shares and derivatives differ by orders of magnitude.
  private static func unit(_ column: [Double]) -> [Double] {
    let length = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return column.map { $0 / length }
  }
}
