import Files
import Foundation

extension RunTable {
  /// What is hardly plausible about sizes, tokens, compute and losses, one sentence each, with the
  /// `--map` that would mend it. Units are the usual reason: tokens in billions, bits in place of
  /// nats, perplexities in place of losses.
  public func doubts(response: String = "loss") -> [String] {
    // Runs without an outcome are no part of any fit.
    if let outcomes = try? numbers(response), outcomes.contains(where: \.isNaN),
      outcomes.contains(where: { !$0.isNaN })
    {
      return selecting(rows: outcomes.indices.filter { !outcomes[$0].isNaN })
        .doubts(response: response)
    }
    let others = [computeDoubt(), lossDoubt(response), bitsDoubt(response)]
    return sizeDoubts() + others.compactMap { $0 }
  }

  /// Scales of two tables that do not overlap, by thousands where a unit is the likely reason.
  public func doubts(beside other: RunTable) -> [String] {
    ["N", "D", "C"].compactMap { name in
      guard let ours = range(name), let theirs = other.range(name) else { return nil }
      let (low, high) =
        ours.upperBound < theirs.lowerBound ? (ours, theirs) : (theirs, ours)
      guard low.upperBound < high.lowerBound else { return nil }
      let gap = high.lowerBound / low.upperBound
      var text =
        "\(name) of \(source) and \(other.source) do not overlap: \(Self.shown(ours)) and \(Self.shown(theirs))"
      if gap >= 1000 { text += "; does one of them have another unit?" }
      return text
    }
  }

  /// Scales a thousandfold away from those of a fit, which are units rather than a forecast.
  public func doubts(beside fitted: [String: ClosedRange<Double>]) -> [String] {
    ["N", "D", "C"].compactMap { name in
      guard let ours = range(name), let theirs = fitted[name], theirs.lowerBound > 0 else {
        return nil
      }
      guard
        ours.lowerBound >= 1000 * theirs.upperBound || theirs.lowerBound >= 1000 * ours.upperBound
      else { return nil }
      return
        "\(name) of \(source) is \(Self.shown(ours)) and that of the fitted runs \(Self.shown(theirs)): does one of them have another unit?"
    }
  }

  // MARK: Sizes

  private func sizeDoubts() -> [String] {
    var result: [String] = []
    let sizes = range("N")
    let tokens = range("D")
    // A law of one quantity may read steps under the name N.
    let isSize = !ColumnWords(formerName(of: "N")).list.contains { ["step", "steps"].contains($0) }
    if let sizes, sizes.upperBound < 1e4, isSize {
      let unit = sizes.upperBound < 30 ? 1e9 : 1e6
      result.append(
        "N is \(Self.shown(sizes)) parameters\(hint("N", unit, "if it is in \(unit == 1e9 ? "billions" : "millions")"))"
      )
    }
    if let tokens, tokens.upperBound < 1e6,
      tokens.upperBound < 10 * (sizes?.upperBound ?? .infinity)
    {
      result.append(
        "D is \(Self.shown(tokens)) tokens at most\(hint("D", 1e9, "if it is in billions"))")
    }
    guard result.isEmpty, let n = try? numbers("N"), let d = try? numbers("D") else {
      return result
    }
    let known = (0..<rowCount).filter {
      n[$0] > 0 && d[$0] > 0 && n[$0].isFinite && d[$0].isFinite
    }
    for (isLow, words) in [(true, "fewer than 0.1"), (false, "more than 1,000,000")] {
      let odd = known.filter { isLow ? d[$0] < 0.1 * n[$0] : d[$0] > 1e6 * n[$0] }
      guard let first = odd.first else { continue }
      let counted = odd.count == known.count ? "all \(odd.count)" : "\(odd.count) of \(known.count)"
      result.append(
        "\(counted) rows have \(words) tokens per parameter (first on line \(lineNumbers[first]): N \(Self.brief(n[first])), D \(Self.brief(d[first]))); is the unit of D or N another?"
      )
    }
    return result
  }

  private func hint(_ name: String, _ factor: Double, _ condition: String) -> String {
    let source = formerNames.first { $0.value == name }?.key ?? name
    let unit = factor == 1e9 ? "1e9" : "1e6"
    let map = "\(name)=\(Self.expressionName(source))*\(unit)"
    return "; \(condition), give --map '\(map)'"
  }

  // MARK: Compute

  private func computeDoubt() -> String? {
    guard let n = try? numbers("N"), let d = try? numbers("D"), let c = try? numbers("C") else {
      return nil
    }
    let ratios = (0..<rowCount).map { c[$0] / (6 * n[$0] * d[$0]) }
      .filter { $0.isFinite && $0 > 0 }.sorted()
    guard !ratios.isEmpty else { return nil }
    let middle = ratios[ratios.count / 2]
    guard middle < 0.01 || middle > 100 else { return nil }
    return
      "C is \(Self.brief(middle)) times 6·N·D in the median row: are C, N and D in FLOPs, parameters and tokens?"
  }

  // MARK: Losses

  private func formerName(of response: String) -> String {
    formerNames.first { $0.value == response }?.key ?? response
  }

  private func isLoss(_ response: String) -> Bool {
    response == "loss" || ColumnWords(response).list.contains("loss")
  }

  private func lossDoubt(_ response: String) -> String? {
    guard isLoss(response), let values = try? numbers(response) else { return nil }
    let high = values.indices.filter { values[$0] > 20 && values[$0].isFinite }
    guard let first = high.first else { return nil }
    let known = values.count { !$0.isNaN }
    let name = Self.expressionName(formerName(of: response))
    return
      "\(high.count == known ? "all \(known)" : "\(high.count) of \(known)") values of \(response) are above 20 (first on line \(lineNumbers[first]): \(Self.brief(values[first]))), and no loss in nats per token is; perplexities are read with --map '\(response)=log(\(name))'"
  }

  private func bitsDoubt(_ response: String) -> String? {
    guard isLoss(response), let values = try? numbers(response) else { return nil }
    let former = formerName(of: response)
    let bits: Set = ["bits", "bit", "bpb", "bpc", "bpt", "bpw"]
    let mend = "nats are had with --map '\(response)=\(Self.expressionName(former))*log(2)'"
    if !bits.isDisjoint(with: ColumnWords(former).list) {
      return "\(response) is in bits as its name \(former) says; \(mend)"
    }
    // A perplexity beside the loss tells its unit: 2 or e to the power of it.
    for name in columnNames {
      let words = ColumnWords(name).list
      guard words.contains("ppl") || words.contains("perplexity"),
        let perplexities = try? numbers(name)
      else { continue }
      let pairs = values.indices.filter { values[$0] > 0 && perplexities[$0] > 1 }
      guard pairs.count > 1 else { continue }
      func fits(_ logarithm: (Double) -> Double) -> Bool {
        pairs.allSatisfy { abs(logarithm(perplexities[$0]) / values[$0] - 1) < 0.01 }
      }
      if fits(log2), !fits(log) {
        return "\(response) is in bits: column \(name) is 2 to its power; \(mend)"
      }
    }
    if let vocabulary = range("vocab")?.upperBound, vocabulary > 1,
      let largest = values.filter(\.isFinite).max(), largest > 1.1 * log(vocabulary), largest <= 20
    {
      return
        "\(response) reaches \(Self.brief(largest)), above \(Self.brief(log(vocabulary))), the loss of guessing among \(Self.brief(vocabulary)) tokens: is it in bits? \(mend)"
    }
    return nil
  }

  // MARK: Numbers

  private func range(_ name: String) -> ClosedRange<Double>? {
    guard hasColumn(name), let values = try? numbers(name) else { return nil }
    let positive = values.filter { $0 > 0 && $0.isFinite }
    guard let low = positive.min(), let high = positive.max() else { return nil }
    return low...high
  }

  private static func shown(_ range: ClosedRange<Double>) -> String {
    range.lowerBound == range.upperBound
      ? brief(range.lowerBound) : "\(brief(range.lowerBound)) to \(brief(range.upperBound))"
  }

  private static func brief(_ value: Double) -> String {
    CSVText.number(Double(String(format: "%.4g", value)) ?? value)
  }
}
