internal import Quantities
internal import RealModule

struct ComparisonSentences {
  var pair: LawPair
  var higherIsBetter: Bool
  /// Why nothing is said at the target; nil where something is.
  var refusal: String?

  func sentences(
    verdict: Comparison.Verdict, joint: JointFit?, answer: Comparison.JointAnswer?,
    multiplier: EffectiveCompute, crossover: Crossover
  ) -> [String] {
    [
      joint.map { difference($0, answer: answer) }
        ?? "Two saved fits without tables: what differs between the laws was not tested, and their refits count as independent.",
      refusal ?? answer.map { target($0.multiplier.target, apart: multiplier.target) }
        ?? (verdict == .noDifference
          ? unborne(multiplier.target) : target(multiplier.target, apart: nil)),
      crossing(verdict: verdict, crossover: crossover, answer: answer),
    ]
  }

  private var scaleWord: String {
    switch pair.scaleName {
    case "C": "compute"
    case "N": "parameters"
    case "D": "data"
    default: pair.scaleName
    }
  }

  private func difference(_ joint: JointFit, answer: Comparison.JointAnswer?) -> String {
    let choice = joint.choice
    let adjusted = joint.pValueOfNoDifference
    let p = NumberFormat.probability("p", adjusted, floor: joint.pValueFloor)
    guard joint.isTested else {
      return
        "Whether the tables differ cannot be told: there are too few rungs to see by how much rungs scatter."
    }
    guard choice.hypothesis != .same, let answer else {
      return "No difference: one law describes both tables (\(p))."
    }
    if choice.hypothesis == .amplitude, answer.multiplier.variation < 1.01,
      let worth = answer.multiplier.rungs.first?.multiplier
    {
      return
        "The treatment changes the amplitude only: worth \(times(worth)) \(scaleWord) at every scale (\(p) for no difference)."
    }
    if choice.hypothesis == .floor, let floor = choice.relaxed.first,
      let index = joint.law.index(of: floor)
    {
      let change = choice.treatment[index] - choice.baseline[index]
      return
        "The treatment changes the floor only: \(floor) \(change < 0 ? "falls" : "rises") by \(NumberFormat.short(abs(change))), which no scale makes up (\(p) for no difference)."
    }
    guard let low = answer.multiplier.rungs.first, let high = answer.multiplier.rungs.last else {
      return "The treatment changes \(choice.hypothesis.phrase) (\(p) for no difference)."
    }
    return
      "The treatment changes \(choice.hypothesis.phrase): worth \(times(low.multiplier)) \(scaleWord) at the smallest scale and \(times(high.multiplier)) at the largest (\(p) for no difference)."
  }

  /// What the treatment is worth at the target: by the joint fit where one was chosen, with what
  /// the laws fitted apart say beside it.
  private func target(
    _ rung: EffectiveCompute.Rung, apart: EffectiveCompute.Rung?
  ) -> String {
    let ahead = rung.scale / pair.dataRange.upperBound
    let place =
      ahead > 1.01 ? ", \(NumberFormat.short(ahead))x the largest run," : ""
    let scale = "At \(pair.scaleName) = \(NumberFormat.exponential(rung.scale))\(place)"
    let worth = "worth \(times(rung.multiplier)) \(scaleWord)"
    var text: String
    if rung.probabilityTreatmentIsBetter.isFinite {
      text =
        "\(scale) the treatment is better with probability \(probability(rung.probabilityTreatmentIsBetter)) and \(worth)"
    } else {
      text = "\(scale) the treatment is \(worth)"
    }
    if let apart {
      text += " by the joint fit; fitted apart, which knows less, \(times(apart.multiplier))"
      if apart.probabilityTreatmentIsBetter.isFinite {
        text += " with probability \(probability(apart.probabilityTreatmentIsBetter))"
      }
    }
    return text + "."
  }

  /// What laws fitted apart say where the tests find no difference.
  private func unborne(_ rung: EffectiveCompute.Rung) -> String {
    "The laws fitted apart put the treatment at \(times(rung.multiplier)) \(scaleWord) at \(pair.scaleName) = \(NumberFormat.exponential(rung.scale)), which the test does not bear out: \(pair.drawCount > 0 ? "their intervals hold neither the choice of what differs nor all that sizes scatter by" : "they have no intervals")."
  }

  private func crossing(
    verdict: Comparison.Verdict, crossover separate: Crossover,
    answer: Comparison.JointAnswer?
  ) -> String {
    let crossover = separate.unless(answer?.crossover)
    let shared =
      separate.verdict == .undecided && answer != nil
        && crossover.verdict != .undecided ? ", by the joint fit," : ""
    let level = NumberFormat.short(pair.level * 100)
    let at = crossover.scale.map { NumberFormat.exponential($0) } ?? "no scale"
    let span =
      "[\(NumberFormat.exponential(crossover.interval.low)), \(NumberFormat.exponential(crossover.interval.high))]"
    let leader = crossover.treatmentLeadsBelow == true ? "treatment" : "baseline"
    switch verdict {
    case .noDifference:
      return "There is nothing to cross: the curves cannot be told apart."
    case .treatmentDominates:
      return
        "The treatment\(shared) is better at every scale from the smallest run to three decades beyond the largest."
    case .baselineDominates:
      return
        "The baseline\(shared) is better at every scale from the smallest run to three decades beyond the largest."
    case .crossesInside:
      return
        "The curves cross\(shared) within the data at \(pair.scaleName) = \(at) \(span) (\(level) %): below it the \(leader) is better."
    case .crossesBeyond:
      return
        "The curves are predicted to cross\(shared) beyond the data at \(pair.scaleName) = \(at) \(span) (\(level) %): until then the \(leader) is better."
    case .undecided:
      guard separate.shareWithoutCrossing.isFinite else {
        return "Without refits it cannot be decided whether the curves cross."
      }
      return
        "Whether the curves cross cannot be decided: \(share(1 - separate.shareWithoutCrossing)) of the refits cross within three decades of the data\(separate.scale.map { ", the best fits at \(pair.scaleName) = \(NumberFormat.exponential($0))" } ?? "")."
    }
  }

  private func times(_ estimate: Estimated) -> String {
    func one(_ value: Double) -> String {
      if value == .infinity { return "more than 1000x" }
      if value.isNaN { return "unknown" }
      return NumberFormat.short(value) + "x"
    }
    guard !estimate.low.isNaN else { return one(estimate.value) }
    func end(_ value: Double) -> String { value == .infinity ? "∞" : NumberFormat.short(value) }
    return "\(one(estimate.value)) [\(end(estimate.low)), \(end(estimate.high))]"
  }

  private func probability(_ value: Double) -> String {
    pair.plainProbability(value)
  }

  private func share(_ value: Double) -> String {
    if value > 0.995 { return "nearly all" }
    if value < 0.005 { return "hardly any" }
    return "\(NumberFormat.short((value * 100).rounded())) %"
  }
}
