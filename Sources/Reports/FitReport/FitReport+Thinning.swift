internal import ScalingLaws

extension FittedTable {
  /// The part with its doubts before its other notes, as a page lists them.
  func remarkingDoubts() -> FittedTable {
    var result = self
    result.notes = doubts + notes
    return result
  }

  /// The part with at most about `limit` rows: every n-th and the worst ones.
  ///
  /// Parameters, intervals and validation stay those of all rows; a note says what is shown.
  func thinned(to limit: Int) -> FittedTable {
    let count = fit.observations.count
    guard count > limit else { return self }
    let step = (count + limit - 1) / limit
    var kept = Set(stride(from: 0, to: count, by: step))
    kept.formUnion(influence?.rows.map(\.row) ?? [])
    kept.formUnion(influence?.path.map(\.dropped) ?? [])
    let rows = kept.sorted()
    let position = Dictionary(
      uniqueKeysWithValues: rows.enumerated().map { ($0.element, $0.offset) })
    var result = self
    result.wholeMixture = mixture
    result.fit = fit.showing(rows: rows)
    if var influence {
      for index in influence.rows.indices {
        influence.rows[index].row = position[influence.rows[index].row] ?? 0
      }
      for index in influence.path.indices {
        influence.path[index].dropped = position[influence.path[index].dropped] ?? 0
      }
      result.influence = influence
    }
    result.notes.append(
      "figures and counts on this page show \(rows.count) of the \(count) fitted rows: every \(step)th and the worst ones"
    )
    return result
  }
}
