internal import RunTables

extension SizeSampleTradeoff {
  /// Sizes of model against numbers of samples on the same problems: one for coverage and one for
  /// each selector that all sizes have; nothing where fewer than two arms have `n_params` and
  /// tokens.
  static func all(
    of arms: [OutcomeArm], columns: [String], settings: AnalysisSettings
  ) -> [SizeSampleTradeoff] {
    let sized = arms.compactMap { arm -> (arm: OutcomeArm, parameters: Double, tokens: Double)? in
      guard arm.rounds == nil, let parameters = arm.parameters,
        let tokens = arm.meanTokens?.means[0]
      else { return nil }
      return (arm, parameters, tokens)
    }
    guard Set(sized.map(\.parameters)).count > 1, Set(sized.map(\.parameters)).count == sized.count
    else { return [] }
    var selectors: [any AttemptSelector] = [PassAtK()]
    if sized.allSatisfy({ $0.arm.answers != nil }) {
      selectors.append(
        MajorityVote(unparseable: settings.unparseable, seed: settings.bootstrap.seed))
    }
    if sized.allSatisfy({ $0.arm.scores != nil }) { selectors.append(BestOfN()) }
    return selectors.compactMap { selector in
      let curves = sized.compactMap {
        try? selector.curves(of: $0.arm, samples: nil, threads: settings.bootstrap.threads)
      }
      guard curves.count == sized.count else { return nil }
      let samples = curves[0].samples.filter { n in
        curves.allSatisfy { $0.samples.contains(n) }
      }
      // The problems that every size has tried, in the order of the first.
      let places = curves.map { curve in
        Dictionary(zip(curve.labels, 0...)) { first, _ in first }
      }
      let labels = curves[0].labels.filter { label in places.allSatisfy { $0[label] != nil } }
      guard samples.count > 1, labels.count > 1 else { return nil }
      let sizes = zip(sized, zip(curves, places)).map { size, known -> Size in
        let (curve, place) = known
        let columns = samples.compactMap { curve.samples.firstIndex(of: $0) }
        var matrix = ProblemMatrix(columnCount: samples.count, problems: labels.count)
        for label in labels {
          let row = place[label] ?? 0
          matrix.append(columns.map { curve.matrix[row, $0] })
        }
        return Size(
          name: size.arm.name, parameters: size.parameters,
          operationsPerSample: 2 * size.parameters * size.tokens, accuracy: matrix)
      }
      return SizeSampleTradeoff(
        sizes: sizes, samples: samples, selector: selector.name, bootstrap: settings.bootstrap)
    }
  }
}

extension OutcomeArm {
  var parameters: Double? {
    for name in ["n_params", "N", "params", "parameters"] {
      if let value = constants[name], value > 0 { return value }
    }
    return nil
  }
}
