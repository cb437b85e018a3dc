internal import Foundation
internal import Quantities

/// The verdict on one arm in two or three sentences that stand alone.
struct ArmSentences {
  let arm: String
  let baseline: String
  let conclusion: ArmVerdict.Conclusion
  let compute: AxisVerdict?
  let parameters: AxisVerdict?
  let reach: LadderReach
  let pairing: RunPairing
  let training: TrainingExtent?
  let level: Double

  var all: [String] {
    [tooLittleTraining, answer, offTheLine, forecast, atEqualParameters].compactMap { $0 }
  }

  /// What the tests say, whatever the training was.
  private var found: ArmVerdict.Conclusion {
    conclusion == .tooLittleTraining ? ArmVerdict.conclusion(compute, level: level) : conclusion
  }

  private var tooLittleTraining: String? {
    guard conclusion == .tooLittleTraining, let training else { return nil }
    return
      "Too little training to tell whether \(arm) helps: \(training.reasons.joined(separator: "; ")). What follows is about these runs alone."
  }

  private var answer: String {
    guard let compute, let first = compute.fitted.first, let last = compute.fitted.last,
      compute.test.accepted != nil
    else {
      return
        "The runs do not tell whether \(arm) differs from \(baseline): \(pairing.independentPairs) independent \(pairing.independentPairs == 1 ? "pair" : "pairs") of runs, at least 3 are needed."
    }
    let range =
      "from \(NumberFormat.verdict(first.scale)) to \(NumberFormat.verdict(last.scale)) training FLOPs"
    let chance = chanceText(compute.test.pNoDifference ?? 1)
    let isConstant = compute.test.accepted == .constant
    let low = "\(multiplierText(first.multiplier)) at \(NumberFormat.verdict(first.scale)) FLOPs"
    let high = "\(multiplierText(last.multiplier)) at \(NumberFormat.verdict(last.scale)) FLOPs"
    let changing = "\(low) and \(high)"
    let constant =
      "\(multiplierText(compute.constantMultiplier)) training compute \(range)"
    switch found {
    case .differsBySize:
      return bySize(compute, range, chance)
    case .noDifference:
      var text = "No difference between \(arm) and \(baseline) \(range) (\(chance)"
      if let smallest = compute.smallestDetectable {
        text +=
          "; a gain or loss under \(NumberFormat.decimals(max(smallest, 1.01), places: 2))x compute could "
          + "have been missed"
      }
      return text + ")."
    case .undecided where compute.test.accepted == .noDifference:
      let missed = compute.smallestDetectable.map {
        $0 < 1000 ? "under \(NumberFormat.decimals($0, places: 1))x compute" : "of any size"
      }
      return
        "The runs are too few or too noisy to tell whether \(arm) differs from \(baseline) (\(chance)): a gain or loss \(missed ?? "of any size") could have been missed."
    case .undecided, .tooLittleTraining:
      return
        "\(arm) differs from \(baseline) (\(chance)), but the runs do not tell at which scale it is better: worth \(changing)."
    case .helps, .hurts:
      let verb = conclusion == .helps ? "is worth" : "is worth only"
      return isConstant
        ? "\(arm) \(verb) \(constant) (\(chance) for no difference)."
        : "\(arm) \(verb) \(low) of training compute and \(high) by the line through all sizes (\(chance) for no difference)."
    case .fades:
      return
        "\(arm) is worth \(low) of training compute but only \(high): its gain shrinks with scale\(crossingText(", to nothing at "))."
    case .catchesUp:
      return
        "\(arm) is worth \(low) of training compute and \(high): its loss shrinks with scale\(crossingText(", to nothing at "))."
    case .overtakes:
      return
        "\(arm) is worse than \(baseline) at small scale and better at large: worth \(changing)\(crossingText("; the two cross at "))."
    case .fallsBehind:
      return
        "\(arm) is better than \(baseline) at small scale and worse at large: worth \(changing)\(crossingText("; the two cross at "))."
    }
  }

  /// Neither a factor nor a trend, but sizes that differ.
  private func bySize(_ compute: AxisVerdict, _ range: String, _ chance: String) -> String {
    let test = compute.test
    let lack = chanceText(test.pLackOfFit ?? 1)
    var text =
      "\(arm) differs from \(baseline) from size to size \(range), by more than \(noise) (\(lack))"
    let named = named(test.deviations)
    text += named.isEmpty ? ", no size alone being established" : ": \(named)"
    return text + ". One factor for all sizes or a trend with scale is not established (\(chance))."
  }

  /// What the differences of sizes are compared with.
  private var noise: String {
    compute?.test.lackOfFitMethod == .oneRungAgainstTheOthers
      ? "the others scatter" : "seeds explain"
  }

  /// `better at s4 (1.35x [1.20, 1.52]); worse at s0 (…)`, by the pairs of each size.
  private func named(_ deviations: [PairedTest.Deviation]) -> String {
    func group(_ isBetter: Bool, _ word: String) -> String? {
      let own = deviations.filter { $0.isBetter == isBetter }
      guard !own.isEmpty else { return nil }
      let names = own.map { deviation -> String in
        let worth = compute?.measured.first { $0.rung == deviation.rung }
        return worth.map { "\(deviation.size) (\(multiplierText($0.multiplier)))" }
          ?? deviation.size
      }
      return "\(word) at \(listText(names))"
    }
    return [group(true, "better"), group(false, "worse")].compactMap { $0 }
      .joined(separator: "; ")
  }

  /// Sizes that lie off what the answer says by more than seeds explain.
  private var offTheLine: String? {
    guard let compute, compute.test.sizesDiffer,
      compute.test.accepted == .constant || compute.test.accepted == .changesWithScale
    else { return nil }
    let named = named(compute.test.deviations)
    let list = named.isEmpty ? "" : ": measured, it is \(named)"
    let what = compute.test.accepted == .constant ? "one factor" : "that line"
    return
      "But sizes lie off \(what) by more than \(noise) (\(chanceText(compute.test.pLackOfFit ?? 1)))\(list)."
  }

  private func crossingText(_ introduction: String) -> String {
    guard let crossing = compute?.crossing, let scale = crossing.scale.value else { return "" }
    var text = introduction + NumberFormat.verdict(scale)
    if let low = crossing.scale.low, let high = crossing.scale.high {
      text += " [\(NumberFormat.verdict(low)), \(NumberFormat.verdict(high))]"
    }
    return text + " FLOPs"
  }

  /// The target on the axis where it was given.
  private var forecast: String? {
    guard compute?.test.accepted != nil else { return nil }
    let asked = parameters?.targetIsGiven == true ? parameters : compute
    guard let asked else { return nil }
    guard let worth = asked.forecast else {
      return "No forecast beyond the data: the ladder has \(reach.reasons.joined(separator: "; "))."
    }
    let unit = asked.axis == .trainingCompute ? "FLOPs" : "active parameters"
    let beyond =
      asked.decadesBeyond > 0
      ? ", \(decadesText(asked.decadesBeyond)) beyond the largest run" : ""
    var text =
      "Forecast at \(NumberFormat.verdict(worth.scale)) \(unit)\(beyond): \(multiplierText(worth.multiplier))"
    if asked.forecastOfLine?.multiplier != worth.multiplier {
      text += ", with what one size has of its own"
    }
    if let probability = worth.probabilityBetter {
      let verb =
        found == .helps || found == .fades || found == .overtakes
        ? "it still helps there" : "it helps there"
      text += "; \(verb) with probability \(probabilityText(probability))"
    }
    let inside = asked.crossing?.place == .inside
    if !inside, [.helps, .fades, .hurts, .catchesUp].contains(found) {
      text += "; no crossing within the data"
    }
    text += "."
    if reach.seeds == 1 { text += " It rests on one seed." }
    return text
  }

  private var atEqualParameters: String? {
    guard let parameters, parameters.test.accepted != nil else { return nil }
    let lead = "At equal active parameters"
    switch parameters.test.accepted {
    case .none: return nil
    case .differsBySize:
      let named = parameters.test.deviations.map(\.size)
      let list = named.isEmpty ? "" : ", most clearly at \(listText(named))"
      return "\(lead) it differs from size to size without a common factor or trend\(list)."
    case .noDifference:
      return "\(lead) there is no difference either way\(bound(parameters))."
    case .constant:
      return "\(lead) it is worth \(multiplierText(parameters.constantMultiplier)) parameters."
    case .changesWithScale:
      guard let first = parameters.fitted.first, let last = parameters.fitted.last else {
        return nil
      }
      return
        "\(lead) it is worth \(multiplierText(first.multiplier)) parameters at \(NumberFormat.verdict(first.scale)) and \(multiplierText(last.multiplier)) at \(NumberFormat.verdict(last.scale))."
    }
  }

  private func decadesText(_ decades: Double) -> String {
    let text = NumberFormat.verdict(decades, digits: 2)
    return "\(text) \(text == "1" ? "decade" : "decades")"
  }

  private func bound(_ axis: AxisVerdict) -> String {
    axis.smallestDetectable.map { " above \(NumberFormat.decimals(max($0, 1.01), places: 2))x" }
      ?? ""
  }
}
