internal import Quantities
internal import ScalingLaws
internal import Statistics

extension FitReading {
  /// The sections of the report, in reading order; a summary heads a page about this fit only.
  func sections(isAlone: Bool) -> [ReportSection] {
    [
      overviewSection(isAlone: isAlone), planSection(), rankingSection(), mainFigureSection(),
      tradeoffSection(), validationSection(), parameterSection(), residualSection(),
      influenceSection(), assumptionSection(),
    ].compactMap { $0 }
  }

  /// The sections that a report of very many groups can afford.
  func mainSections() -> [ReportSection] {
    [overviewSection(isAlone: false), mainFigureSection(), parameterSection(figures: false)]
      .compactMap { $0 }
  }

  // MARK: Sentences

  /// The result in a few sentences for a reader who has never seen a scaling law.
  func summary() -> [String] {
    [fittedSentence(), predictionSentence(), floorSentence(), trustSentence(), influenceSentence()]
      .compactMap { $0 } + [warningSentence()].compactMap { $0 }
  }

  /// The result in one line, for a report of several groups.
  func line() -> String {
    let trust = part.validation.last.map {
      "; fitted to the \(heldOutWords.fitted) rows it misses the \(heldOutWords.held) by \(Wording.percent($0.relativeError))"
    }
    return "\(name): \(predictionSentence() ?? fittedSentence())"
      .trimmingSuffix(".") + (trust ?? "") + "."
  }

  func fittedSentence() -> String {
    let rows = fit.observations
    let what =
      rows.clusterCount < rows.count
      ? "\(Wording.count(used.count, "measurement")) of \(Wording.count(rows.clusterCount, "run"))"
      : Wording.count(used.count, "run")
    let spans = ["N", "D", "C"].compactMap { column -> String? in
      guard let range = fit.ranges[column], range.upperBound > range.lowerBound else { return nil }
      let meaning = ["N": "parameters", "D": "tokens", "C": "FLOPs"][column] ?? ""
      return
        "\(Wording.number(range.lowerBound)) to \(Wording.number(range.upperBound)) \(meaning)"
    }
    let span = spans.isEmpty ? "" : ", spanning \(Wording.list(spans))"
    return
      "What was fitted: \(what)\(span). The law \(fit.law.name) says \(inlineEquation)."
  }

  func predictionSentence() -> String? {
    if let plan {
      return
        "With \(Wording.number(plan.compute.value)) FLOPs of training compute\(heldText.isEmpty ? "" : " and \(heldText), the table's median"), \(plan.laws == nil ? "the law puts" : "the laws together put") the best model at \(planned("size", plan.size)) parameters and \(planned("tokens", plan.tokens)) tokens (\(planned("tokensPerParameter", plan.tokensPerParameter)) tokens per parameter) and predict\(plan.laws == nil ? "s" : "") \(responseName) \(Wording.estimated(plan.outcome)).\(lawsText(plan))"
    }
    guard shape == .single, let forecast = singleForecast() else { return nil }
    return
      "At \(main.column) = \(Wording.number(forecast.columns[main.column] ?? .nan)) the law predicts \(responseName) \(Wording.estimated(forecast.law))."
  }

  private func lawsText(_ plan: ComputePlan) -> String {
    guard let laws = plan.laws else { return "" }
    let each = laws.map {
      "\($0.law) (weight \(NumberFormat.significant($0.weight, 2))) \(Wording.number($0.size.value)) parameters, \(Wording.number($0.tokensPerParameter.value)) tokens per parameter"
    }
    return
      " \(Wording.spelled(laws.count)) laws predict held-out runs about as well; the intervals hold the choice between them. Each alone: \(each.joined(separator: "; "))."
  }

  func singleForecast() -> Forecast? {
    guard shape == .single, let range = fit.ranges[main.column] else { return nil }
    let isScale = ["N", "D", "C"].contains(main.column)
    let place =
      main.column == "C"
      ? budget ?? 10 * range.upperBound
      : isScale ? 10 * range.upperBound : range.upperBound
    return try? mixture?.forecast(at: [main.column: place])
      ?? fit.forecast(at: [main.column: place])
  }

  private func floorSentence() -> String? {
    guard responseName == "loss", let floor = fit.interval(of: "E"),
      fit.freeParameters.contains("E"), shape == .tradeoff || shape == .single
    else { return nil }
    if fit.boundReached("E") != nil {
      return
        "This table needs no floor of the loss\(floor.high.isFinite ? ": E is at most \(Wording.number(floor.high))" : "")."
    }
    return
      "However large the model and the data, the law expects no loss below \(FormulaMarkup.inline("E")) = \(Wording.estimated(floor))."
  }

  func trustSentence() -> String {
    let sizes = used.map { abs(departure($0)) }
    var text = "How far to trust it: half of the rows lie within "
    text +=
      fit.objective.residual == .log
      ? Wording.percent(median(sizes))
      : "\(NumberFormat.significant(median(sizes), 2)) \(departureUnit)"
    text += " of the law"
    guard let last = part.validation.last else {
      return text + "; there are too few scales to test it on larger runs than it was fitted to."
    }
    text +=
      ". Fitted again to the \(last.fittedRows) \(heldOutWords.fitted) rows alone, it predicts the \(last.heldOutRows) \(heldOutWords.held) within \(Wording.percent(last.relativeError)) on average"
    if last.bias.isFinite, abs(last.bias) > 0.5 * last.relativeError {
      text += ", mostly too \(last.bias > 0 ? "high" : "low")"
    }
    return text + "."
  }

  private func warningSentence() -> String? {
    let count = cautions.count
    guard count > 0 else { return nil }
    return
      "\(Wording.spelled(count)) caution\(count == 1 ? "" : "s") below limit\(count == 1 ? "s" : "") what may be concluded."
  }

  /// What limits the conclusions, the worst first: what cannot be told at all, how far the answer
  /// lies from the runs, what hangs on single runs, then what the plan and the fit say of themselves.
  var cautions: [String] {
    var seen: Set<String> = []
    let own = ((plan?.warnings ?? []) + fit.warnings).map { Wording.sentence($0) + "." }
    return
      ([determination?.summary, distanceWarning(), influenceWarning()].compactMap(\.self) + own)
      .filter { seen.insert($0).inserted }
  }

  // MARK: First section

  var overviewTitle: String { "Key numbers and cautions" }

  func overviewSection(isAlone: Bool) -> ReportSection {
    var blocks = ReportBlock.cautions(cautions)
    if fit.warnings.isEmpty {
      blocks.append(
        .paragraph("The fit itself raised no warning."))
    }
    // What holds for every fit of the law is no warning of this one.
    if !card.caution.isEmpty {
      let end = card.caution.hasSuffix(".") ? "" : "."
      blocks.append(.paragraph("Of this law in general: \(card.caution)\(end)"))
    }
    // On a page of its own the sentences head the page.
    let sentences = isAlone ? [] : summary().map { ReportBlock.paragraph($0) }
    return ReportSection(
      overviewTitle, sentences + [.keyNumbers(keyNumbers())] + blocks)
  }

  private func keyNumbers() -> [KeyNumber] {
    func key(_ label: String, _ x: Estimated, _ unit: String = "") -> KeyNumber {
      let interval = Wording.interval(x)
      return KeyNumber(
        label: label, value: Wording.value(x) + unit,
        interval: interval == Wording.missing ? nil : interval)
    }
    func exponent(_ x: Estimated) -> KeyNumber {
      var number = key("Size grows as compute to the power", x)
      if number.interval == nil, hasIntervals { number.interval = "fixed by the law's form" }
      return number
    }
    func withheld(_ quantity: String, _ number: KeyNumber) -> KeyNumber {
      guard let bound = determination?.bound(quantity) else { return number }
      return KeyNumber(label: number.label, value: "not determined", interval: bound)
    }
    var numbers: [KeyNumber] = []
    if let plan {
      let budget = Wording.number(plan.compute.value)
      numbers += [
        withheld("size", key("Best size at \(budget) FLOPs", plan.size)),
        withheld("tokens", key("Best token count", plan.tokens)),
        withheld("tokensPerParameter", key("Tokens per parameter", plan.tokensPerParameter)),
        key("Predicted \(responseName)", plan.outcome),
        withheld("sizeExponent", exponent(plan.sizeExponent)),
      ]
    } else if let forecast = singleForecast() {
      let place = Wording.number(forecast.columns[main.column] ?? .nan)
      numbers.append(key("Predicted \(responseName) at \(main.column) = \(place)", forecast.law))
    }
    if plan == nil {
      numbers += fit.freeParameters.prefix(4).compactMap { name in
        fit.interval(of: name).map { key(FormulaMarkup.inline(name), $0) }
      }
    }
    if let last = part.validation.last {
      numbers.append(
        KeyNumber(
          label: "Error on held-out \(heldOutWords.held) rows",
          value: Wording.percent(last.relativeError),
          interval: "\(last.heldOutRows) of \(used.count) rows held out"))
    }
    return numbers
  }
}

extension String {
  func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
