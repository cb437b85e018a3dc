internal import RunTables

extension OutcomeAnalysis {
  /// What handing the worst attempts to a target brings; throws where the target is no arm.
  static func cascades(
    _ arms: [OutcomeArm], to name: String, settings: AnalysisSettings
  ) throws(PlanningError) -> (cascades: [Cascade], omissions: [ArmAnalysis.Omission]) {
    guard
      let target = arms.first(where: { $0.name == name })
        ?? arms.first(where: { $0.key.contains(name) })
    else {
      throw .invalidSetting(
        "There is no arm `\(name)`; there are \(arms.map(\.name).joined(separator: ", ")).")
    }
    var cascades: [Cascade] = []
    var omissions: [ArmAnalysis.Omission] = []
    for draft in arms where draft.name != target.name {
      do {
        cascades.append(
          Cascade(
            draft: draft.name, target: target.name,
            report: try ConformalReport(
              draft, alpha: settings.alpha, direction: settings.scoreDirection, target: target,
              draftCost: settings.draftCost, targetCost: settings.targetCost,
              bootstrap: settings.bootstrap)))
      } catch {
        omissions.append(
          .init(analysis: "handing \(draft.name) over to \(target.name)", reason: error.description)
        )
      }
    }
    return (cascades, omissions)
  }
}
