extension SharedFit {
  /// The joint fit with its law's error beyond the data calibrated on runs held out of all groups.
  public func calibrated() -> SharedFit {
    var result = self
    result.fit = fit.calibrated(on: fit.validation())
    return result
  }

  /// What the joint fit says of one group, as a fit of the law that the group follows: parameters
  /// and refits are those of the joint fit; rows, ranges and residuals are the group's own.
  public func fit(ofGroup group: Int) -> Fit {
    let name = groups[group]
    let slots = law.parameters.map { parameter in
      fit.law.index(of: parameter.name) ?? fit.law.index(of: "\(parameter.name)[\(name)]") ?? 0
    }
    func own(_ point: [Double]) -> [Double] { slots.map { point[$0] } }
    let column = fit.observations.columns["group"] ?? []
    let rows = column.indices.filter { column[$0] == Double(group) }
    let residuals = rows.map { fit.residuals[$0] }
    let free = Set(fit.freeParameters)
    let names = fit.law.parameters.map(\.name)
    let marks = groups.indices.filter { $0 != group }.map { "[\(groups[$0])]" }
    func isOthers(_ text: String) -> Bool { marks.contains { text.contains($0) } }
    func plain(_ text: String) -> String { text.replacing("[\(name)]", with: "") }
    var observations = fit.observations.selecting(rows)
    observations.columns["group"] = nil
    var result = Fit(
      law: law, observations: observations, objective: fit.objective, options: fit.options,
      estimate: own(fit.estimate),
      freeParameters: slots.indices.filter { free.contains(names[slots[$0]]) }.map {
        law.parameters[$0].name
      },
      objectiveValue: zip(rows, residuals).reduce(0) { sum, row in
        sum + fit.observations.weights[row.0] * fit.objective.cost(ofResidual: row.1)
      },
      predictions: rows.map { fit.predictions[$0] }, residuals: residuals, search: fit.search,
      hessianStandardErrors: own(fit.hessianStandardErrors), uncertainty: nil,
      warnings: fit.warnings.filter { !isOthers($0) }.map(plain))
    result.uncertainty = fit.uncertainty.map { uncertainty in
      Uncertainty(
        method: uncertainty.method, draws: uncertainty.draws.map(own),
        failed: uncertainty.failed, level: uncertainty.level, tail: uncertainty.tail,
        profiles: Dictionary(
          uncertainty.profiles.filter { !isOthers($0.key) }.map { (plain($0.key), $0.value) },
          uniquingKeysWith: { first, _ in first }))
    }
    result.identifiability = fit.identifiability.filter { finding in
      !finding.parameters.contains(where: isOthers) && !isOthers(finding.sentence)
    }.map { finding in
      var finding = finding
      finding.parameters = finding.parameters.map(plain)
      finding.sentence = plain(finding.sentence)
      return finding
    }
    let places = Dictionary(
      zip(rows, rows.indices).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
    result.departedRows = fit.departedRows.compactMap { places[$0] }
    result.independentRows = rows.count
    result.residualScatter = runScatter
    result.modelError = fit.modelError
    return result
  }
}
