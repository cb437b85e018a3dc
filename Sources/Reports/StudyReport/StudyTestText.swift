internal import Foundation
internal import Quantities
internal import Verdicts

/// What the test of one axis found, in sentences for people.
struct StudyTestText {
  let axis: AxisVerdict

  /// The sentences, in one line.
  var text: String {
    let test = axis.test
    let pairs = "\(test.pairs) independent pair\(test.pairs == 1 ? "" : "s") of runs"
    guard let accepted = test.accepted else { return "\(pairs): too few for a test." }
    var sentences: [String] = []
    switch accepted {
    case .differsBySize:
      sentences.append(
        "By \(pairs), neither one multiplier for all sizes nor a trend is established (\(chance(test.pNoDifference))), but sizes differ from each other by more than \(test.lackOfFitMethod == .oneRungAgainstTheOthers ? "the others scatter" : "seeds explain") (\(chance(test.pLackOfFit)))."
      )
    case .noDifference:
      sentences.append("By \(pairs), no difference is established (\(chance(test.pNoDifference))).")
      if let smallest = axis.smallestDetectable {
        sentences.append(
          "A multiplier below \(NumberFormat.fixed(smallest, 2))x could have been missed.")
      }
    case .constant:
      sentences.append(
        "By \(pairs), the multiplier is \(multiplier(axis.constantMultiplier)) at every size (\(chance(test.pNoDifference)) for no difference)."
      )
      if let pSlope = test.pSlope {
        sentences.append("A change with scale is not established (\(chance(pSlope))).")
      }
    case .changesWithScale:
      // d ln m / d ln scale, as people see it: for ten times the scale.
      let tenfold = [test.slope.value, test.slope.low, test.slope.high].map { slope in
        slope.map { pow(10, $0) }
      }
      sentences.append(
        "By \(pairs), the multiplier changes with scale (\(chance(test.pSlope)) for none): it is multiplied by \(factor(tenfold)) with every tenfold scale."
      )
    }
    sentences += scatter
    if let law = axis.jointLaw, let difference = axis.jointDifference {
      sentences.append(
        difference == "nothing"
          ? "Joint fits of the law \(law), a coarser test, see no difference."
          : "By joint fits of the law \(law), the arms differ in \(difference).")
    }
    return sentences.joined(separator: " ")
  }

  /// Where the scatter comes from and what the tests made of it.
  private var scatter: [String] {
    let test = axis.test
    var sentences: [String] = []
    if let method = test.method, let freedom = test.degreesOfFreedom {
      let slope = test.slopeDegreesOfFreedom.map {
        " (the trend: \(NumberFormat.significant($0, 2)))"
      }
      sentences.append(
        "Tested by \(method.rawValue), \(NumberFormat.significant(freedom, 2)) degrees of freedom\(slope ?? "")."
      )
    }
    if let size = test.shareOfSize {
      let seed = test.shareOfSeed.map {
        ", \(NumberFormat.percent($0, decimals: 0)) a seed's at all sizes"
      }
      sentences.append(
        "Of the variance of a paired difference about the line \(NumberFormat.percent(size, decimals: 0)) is a size's own\(seed ?? "")."
      )
    } else if test.pairs > 2 {
      sentences.append(
        "What a size has of its own cannot be told from the rest, as with one run a size.")
    }
    if let lack = test.pLackOfFit, let method = test.lackOfFitMethod,
      test.accepted != .differsBySize
    {
      sentences.append(
        "Lack of fit, \(method.rawValue): \(chance(lack))\(test.sizesDiffer ? ", sizes do not lie on the line" : "")."
      )
    }
    if test.clusteredBySeed {
      sentences.append("Seeds shift whole ladders (\(chance(test.pSeed))).")
    }
    return sentences
  }

  private func chance(_ p: Double?) -> String { StudyWording.chance(p) }

  private func multiplier(_ x: IntervalEstimate) -> String {
    factor([x.value, x.low, x.high])
  }

  private func factor(_ numbers: [Double?]) -> String {
    let texts = numbers.map { $0.map { NumberFormat.fixed($0, 2) } ?? "?" }
    guard numbers[1] != nil || numbers[2] != nil else { return texts[0] }
    return "\(texts[0]) [\(texts[1]), \(texts[2])]"
  }
}
