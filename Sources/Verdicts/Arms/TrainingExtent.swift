internal import Foundation
internal import Quantities
internal import Statistics

/// How far the runs of a comparison were trained: whether what they say can be about training at all.
///
/// At the start of training all models learn the same, how often each token comes, and differences
/// are those of warm-up and starting values. Frequencies alone are 14 % of the way from guessing to
/// certainty for 512 or 1,024 byte pairs of C headers, 17 % for 2,048 and 32 % for single bytes, so
/// that runs which have come less than a tenth of the way have not even learnt those. Less than one
/// token for each parameter is a twentieth of what is compute-optimal: the loss is still in its first
/// fall, which says little of where it goes.
public struct TrainingExtent: Codable, Hashable, Sendable {
  /// One size of the baseline, at the longest length.
  public struct Size: Codable, Hashable, Sendable {
    /// The place in the ladder.
    public var rung: Int
    /// The size as people read it.
    public var size: String
    /// Training tokens for each parameter, as they were trained and not as they were asked for.
    public var tokensPerParameter: Double
    /// The mean loss of finished runs, in nats per token.
    public var loss: Double
    /// The share of the loss of guessing that was learnt: 0 for guessing, 1 for all there is to
    /// learn; nil where the vocabulary is not known.
    public var learntShare: Double?
  }

  /// The fewest tokens a parameter at the largest size.
  public static let fewestTokensPerParameter = 1.0
  /// The smallest share of the loss of guessing that must be learnt at the largest size.
  public static let smallestShare = 0.1

  /// The sizes of the baseline, smallest first.
  public var sizes: [Size]
  /// The loss of guessing, ln of the vocabulary, in nats per token; nil where it is not known.
  public var guessingLoss: Double?
  /// The loss that no model goes below, where the data say it; nil elsewhere.
  public var entropyRate: Double?
  /// Why the largest size counts as trained too little; empty where it does not.
  public var reasons: [String]

  /// Whether the largest size was trained too little for a verdict.
  public var isTooLittle: Bool { !reasons.isEmpty }

  /// What was trained, in a sentence.
  public var sentence: String {
    guard let last = sizes.last else { return "" }
    let ratios = sizes.map(\.tokensPerParameter)
    let (low, high) = (ratios.min() ?? 0, ratios.max() ?? 0)
    let range =
      high / max(low, 1e-300) < 1.05
      ? NumberFormat.verdict(high, digits: 2)
      : "\(NumberFormat.verdict(low, digits: 2)) to \(NumberFormat.verdict(high, digits: 2))"
    var text = "Trained on \(range) tokens per parameter"
    if let share = last.learntShare {
      text +=
        "; at the largest size \(NumberFormat.verdict(100 * max(share, 0), digits: 2)) % of \(reference) was learnt"
    }
    return text + "."
  }

  private var reference: String {
    let guessing = guessingLoss.map { " (\(NumberFormat.verdict($0)) nats)" } ?? ""
    return entropyRate == nil
      ? "the loss of guessing\(guessing)" : "what there is to learn between guessing and entropy"
  }

  /// Reads how far the baseline was trained; nil without finished runs.
  init?(_ runs: ComparedRuns, settings: VerdictSettings) {
    let rows = runs.finishedBaseline
    let longest = Dictionary(grouping: rows, by: \.rung).mapValues { rows in
      rows.filter { $0.branch == rows.map(\.branch).max() }
    }
    guessingLoss = settings.guessingLoss
    entropyRate = settings.entropyRate
    let floor = settings.entropyRate ?? 0
    sizes = longest.keys.sorted().compactMap { rung in
      guard let own = longest[rung], let first = own.first else { return nil }
      let loss = mean(own.compactMap(\.finishedLoss))
      let share = settings.guessingLoss.flatMap { guessing in
        guessing > floor ? (guessing - loss) / (guessing - floor) : nil
      }
      return Size(
        rung: rung, size: first.size,
        tokensPerParameter: mean(own.map { Double($0.tokens) / Double($0.costs.parameters) }),
        loss: loss, learntShare: share)
    }
    guard let last = sizes.last else { return nil }
    reasons = []
    if last.tokensPerParameter < Self.fewestTokensPerParameter {
      reasons.append(
        "\(NumberFormat.verdict(last.tokensPerParameter, digits: 2)) tokens per parameter at the largest size, at least \(NumberFormat.verdict(Self.fewestTokensPerParameter)) is needed"
      )
    }
    if let share = last.learntShare, share < Self.smallestShare {
      reasons.append(
        "\(NumberFormat.verdict(100 * max(share, 0), digits: 2)) % of \(reference) was learnt there, at least \(NumberFormat.verdict(100 * Self.smallestShare)) % is needed"
      )
    }
  }
}
