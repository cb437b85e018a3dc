internal import Optimization
public import Quantities
internal import RealModule

/// How the compute-optimal number of tokens per parameter changes with compute, by one law.
public struct AllocationTrend: Sendable {
  /// The law.
  public var law: String
  /// d ln(D*/N*) / d ln C over the range of the data: positive if data should grow faster than
  /// the model.
  public var exponent: Estimated
  /// D*/N* at the largest compute of the data.
  public var ratio: Estimated
  /// D*/N* at the target.
  public var ratioAtTarget: Estimated

  /// The sign of the exponent where its interval excludes zero, else 0.
  public var direction: Int { exponent.low > 0 ? 1 : exponent.high < 0 ? -1 : 0 }
}

/// Whether laws fitted to one table agree on how to split compute between size and data; published
/// ones disagree for the same runs [48][L5].
public struct AllocationAgreement: Sendable {
  /// One trend a law, in the order of the fits.
  public var trends: [AllocationTrend]
  /// Pairs of laws whose exponents exclude each other.
  public var disagreements: [(first: String, second: String)]
  /// By what factor the laws' D*/N* at the target differ.
  public var spreadAtTarget: Double
  /// The comparison in one sentence.
  public var sentence: String

  /// Whether any two laws disagree.
  public var isDisputed: Bool { !disagreements.isEmpty }
}

/// Compares the compute-optimal allocation of several laws over the range of C of the data and at
/// the target, nil for a hundred times the largest run. Throws `FitError` where a law reads no N
/// and D or the range of compute is not known.
public func allocationAgreement(
  of fits: [any FittedLaw], target: Double? = nil, columns: [String: Double] = [:]
) throws(FitError) -> AllocationAgreement {
  var trends: [AllocationTrend] = []
  for fitted in fits {
    guard let range = fitted.ranges["C"], range.lowerBound > 0 else {
      throw .unusable("law \(fitted.law.name): the range of compute of its runs is not known")
    }
    var held = columns
    for (name, span) in fitted.ranges where held[name] == nil && span.lowerBound == span.upperBound
    {
      held[name] = span.lowerBound
    }
    let goal = target ?? 100 * range.upperBound
    let ends = [range.lowerBound, range.upperBound, goal].map { Double.log($0) }
    guard let low = ends.min(), let high = ends.max(), low < high else {
      throw .unusable("all runs have the same compute: no trend of the allocation can be read")
    }
    let flops = fitted.flopsPerToken
    let reader = try CurveReader(
      law: fitted.law, path: .computeOptimal, columns: held, range: low...high,
      sizes: fitted.ranges["N"], flops: flops, points: 33)
    let span = ends[1] - ends[0]
    let answers = fitted.derivedTogether { point in
      let logN = reader.optimalLogN(point)
      let logRatios = ends.map { logScale in
        let logSize = reader.interpolate(logN, at: logScale)
        return flops.logTokens(logCompute: logScale, logSize: logSize) - logSize
      }
      return [
        span > 0 ? (logRatios[1] - logRatios[0]) / span : .nan, Double.exp(logRatios[1]),
        Double.exp(logRatios[2]),
      ]
    }
    trends.append(
      AllocationTrend(
        law: fitted.law.name, exponent: answers[0], ratio: answers[1], ratioAtTarget: answers[2]))
  }
  return agreement(trends)
}

private func agreement(_ trends: [AllocationTrend]) -> AllocationAgreement {
  var disagreements: [(first: String, second: String)] = []
  for (position, first) in trends.enumerated() {
    for second in trends[(position + 1)...]
    where first.exponent.high < second.exponent.low || second.exponent.high < first.exponent.low {
      disagreements.append((first.law, second.law))
    }
  }
  let ratios = trends.map(\.ratioAtTarget.value)
  let spread = (ratios.max() ?? 1) / (ratios.min() ?? 1)
  let list = trends.map { trend in
    let word =
      trend.direction > 0 ? "rising" : trend.direction < 0 ? "falling" : "not clearly changing"
    return
      "\(trend.law) has D*/N* \(word) with compute (exponent \(NumberFormat.short(trend.exponent.value)))"
  }.joined(separator: ", ")
  let conclusion =
    disagreements.isEmpty
    ? "they do not contradict each other"
    : "they disagree, and at the target their ratios differ by a factor \(NumberFormat.short(spread))"
  let sentence =
    trends.count > 1 ? "\(list): \(conclusion)." : "\(list)."
  return AllocationAgreement(
    trends: trends, disagreements: disagreements, spreadAtTarget: spread, sentence: sentence)
}
