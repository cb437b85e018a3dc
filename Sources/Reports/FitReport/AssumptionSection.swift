internal import Cards
internal import Quantities
internal import ScalingLaws

extension FitReading {
  func assumptionSection() -> ReportSection {
    var blocks: [ReportBlock] = part.notes.map { .paragraph("Note: \($0)") }
    blocks.append(.table(methodTable()))
    blocks += unmeasured().map { .paragraph($0) }
    return ReportSection("How it was made, and what was not measured", blocks)
  }

  private func methodTable() -> ReportTable {
    let search = fit.search
    var rows: [[String]] = [
      ["Source", part.source],
      ["Law", "\(fit.law.name): \(inlineEquation)"],
      ["Sources", card.citations.text],
      ["Minimised", objectiveText],
      [
        "Minimum",
        "\(NumberFormat.significant(fit.objectiveValue, 9)), reached by \(search.agreeing) of the \(search.polished) searches that were taken to full precision",
      ],
      ["Intervals", intervalText],
    ]
    if compute != nil {
      rows.append([
        "Compute",
        fit.observations.columns["C"] == nil
          ? "C = 6·N·D, computed here" : "column C of the table; plans use C = 6·N·D",
      ])
    }
    if !fit.law.settings.isEmpty {
      rows.append([
        "Settings", fit.law.settings.map { "\($0.name): \($0.text)" }.joined(separator: ", "),
      ])
    }
    let held = fit.law.parameters.map(\.name).filter { !fit.freeParameters.contains($0) }
    if !held.isEmpty { rows.append(["Held parameters", held.joined(separator: ", ")]) }
    if used.count < fit.observations.count {
      rows.append([
        "Rows without weight", "\(fit.observations.count - used.count), shown hollow, not fitted",
      ])
    }
    return ReportTable(columns: ["What", "How"], rows: rows)
  }

  private var objectiveText: String {
    let residual =
      switch fit.objective.residual {
      case .linear: "prediction minus outcome"
      case .log: "ln prediction minus ln outcome"
      case .logPlusOne: "ln(1 + prediction) minus ln(1 + outcome)"
      }
    var text = "the sum over rows of "
    if let delta = fit.objective.delta {
      text +=
        "the Huber loss (threshold \(NumberFormat.significant(delta, 3))) of \(residual): outliers pull with limited force"
    } else {
      text += "squares of \(residual)"
    }
    if fit.objective.overestimatePenalty != 1 {
      text +=
        "; predictions above the outcome weigh \(NumberFormat.significant(fit.objective.overestimatePenalty, 3)) times as much"
    }
    return text
  }

  private var intervalText: String {
    guard let uncertainty = fit.uncertainty else {
      return "none; standard errors are from the curvature of the objective"
    }
    let how =
      switch uncertainty.method {
      case "bootstrap": "every run gets a random weight and the law is fitted again"
      case "cluster-bootstrap": "every run gets a random weight shared by its rows"
      case "block-bootstrap": "blocks of neighbouring rows of a run get random weights"
      case "parametric": "outcomes are simulated around the law and fitted again"
      case "profile": "the objective is minimised at fixed values of each parameter"
      default: "refits"
      }
    return "\(levelText), \(uncertainty.method): \(how), \(uncertainty.draws.count) refits"
      + (uncertainty.failed > 0 ? ", \(uncertainty.failed) failed" : "")
  }

  private func unmeasured() -> [String] {
    var result: [String] = []
    let isRepeated = SeedNoise(
      observations: fit.observations, objective: fit.objective, law: fit.law)
    if let isRepeated {
      result.append(
        "Repeated seeds: rows that agree in every column of the law scatter by \(NumberFormat.significant(isRepeated.standardDeviation, 2)) in the objective's residual (\(isRepeated.degreesOfFreedom) degrees of freedom)."
      )
      if let test = fit.lackOfFit {
        result.append(
          "Lack of fit: F(\(test.misfitFreedom), \(test.pureErrorFreedom)) = \(Wording.number(test.statistic)), \(NumberFormat.probability("p", test.pValue, floor: 1e-12)); design points scatter about the law by \(NumberFormat.significant(test.pointDeviation, 2)) beyond their seeds. Intervals count the \(fit.independentRows) design points as independent, not the rows."
        )
      }
    } else {
      result.append(
        "Not measured: the variation between seeds. No two rows agree in every column of the law, so the scatter mixes noise, tuning and what the law leaves out."
      )
    }
    result.append(
      "Not known from the table: whether every run was equally well tuned (learning rate, batch, schedule), and whether runs share data, tokenizer and architecture. The law holds for runs made as these were."
    )
    result.append(
      "Intervals speak of the parameters of this law on these runs. The error on held-out larger runs above is the better guide to a forecast."
    )
    return result
  }
}
