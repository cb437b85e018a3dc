internal import Quantities
public import ScalingLaws

/// What a fit of mixtures says beside its parameters.
public struct MixtureSummary {
  let fit: Fit
  let record: MixtureRecord

  /// - Parameters:
  ///   - fit: the fit of the chosen form.
  ///   - record: what was learned of all forms.
  public init(fit: Fit, record: MixtureRecord) {
    self.fit = fit
    self.record = record
  }

  /// The sentences that text, JSON and report share.
  public var notes: [String] {
    guard let form = fit.law.value(ofSetting: "form"),
      let chosen = record.forms.first(where: { $0.form == form })
    else { return [] }
    var text =
      "form \(chosen.form): left-out mixtures are predicted within \(NumberFormat.percent(chosen.crossValidatedError, decimals: 2)) (root mean square), rank correlation \(NumberFormat.fixed(chosen.rankCorrelation, 3))"
    let others = record.forms.filter { $0.form != chosen.form }.map {
      "\($0.form) \(NumberFormat.percent($0.crossValidatedError, decimals: 2))"
    }
    if !others.isEmpty { text += "; \(others.joined(separator: ", "))" }
    var notes = [text]
    if let lack = record.lackOfFit, lack.pValue >= 0.01 {
      notes.append(
        "no lack of fit is seen (\(lack.method == "repeats" ? "against repeated mixtures" : "\(lack.tried) squares and products of shares tried"), p = \(NumberFormat.significant(lack.pValue, 2)))"
      )
    }
    return notes
  }

  func table(_ terminal: Terminal) -> TextTable {
    var table = terminal.table([
      "form", .number("p"),
      .number("left-out error"),
      .number("rank correlation"),
    ])
    for form in record.forms {
      table.rows.append([
        form.form, "\(form.parameters)",
        "\(NumberFormat.percent(form.crossValidatedError, decimals: 2)) ± \(NumberFormat.percent(form.errorUncertainty, decimals: 2))",
        NumberFormat.fixed(form.rankCorrelation, 3),
      ])
    }
    return table
  }
}
