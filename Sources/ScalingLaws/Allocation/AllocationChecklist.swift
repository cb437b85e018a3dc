public import Quantities
internal import RealModule
internal import Statistics

/// The known causes for which two labs read different compute-optimal sizes from their runs [L4].
///
/// Kaplan's exponent of N* (about 0.88) becomes Hoffmann's 0.5 in four steps: the last layer
/// counted, a warm-up that ends within small models' training, a decay that ends with the run, and
/// learning rate, batch and AdamW's β₂ tuned for each size. Where columns tell of a cause, the
/// exponent is fitted again without it. Thresholds are ours, the order of causes is the paper's
/// (from memory).
public struct AllocationChecklist: Sendable {
  /// What was found about one cause.
  public enum Status: String, Sendable, Hashable, Codable {
    /// The columns show no fault.
    case clear
    /// The columns show what is known to shift the exponent.
    case suspect
    /// The table has no column to tell.
    case unknown
  }

  /// One cause.
  public struct Item: Sendable, Hashable, Codable {
    /// The cause in a word or two.
    public var cause: String
    /// What was found.
    public var status: Status
    /// The finding in a sentence, or the columns that would tell.
    public var finding: String
    /// The exponent a of N* ∝ C^a once the fault is taken out; nil where it cannot be.
    public var corrected: Estimated?
  }

  /// The exponent a of N* ∝ C^a by the additive law on the rows as they are; nil without a fit.
  public let exponent: Estimated?
  /// Why there is no fit; nil where there is one.
  public let failure: String?
  /// The causes, in the order in which they mattered in the paper.
  public let items: [Item]

  /// Checks the rows of a table: `N`, `D` and the loss; used if present: `C`, `vocab`, `width`,
  /// `layers`, `params_no_embed`, `warmup_steps`, `warmup_tokens`, `batch_tokens`, `steps`,
  /// `schedule_tokens`, `lr`, `beta2`.
  public init(_ observations: Observations, options: FitOptions) {
    let reader = ChecklistReader(observations, options: options)
    switch reader.exponent(of: observations) {
    case .success(let value): (exponent, failure) = (value, nil)
    case .failure(let error): (exponent, failure) = (nil, error.description)
    }
    items = [
      reader.lastLayer(), reader.computeCount(), reader.warmup(), reader.decay(),
      reader.learningRate(), reader.batch(), reader.beta2(),
    ]
  }
}

struct ChecklistReader {
  typealias Item = AllocationChecklist.Item

  private let rows: Observations
  private let options: FitOptions

  init(_ rows: Observations, options: FitOptions) {
    self.rows = rows
    self.options = options
  }

  func exponent(of observations: Observations) -> Result<Estimated, FitError> {
    Result { () throws(FitError) in
      let fit = try fit(Chinchilla(), to: observations, options: options)
      return try fit.plan(compute: fit.ranges["C"]?.upperBound ?? 1e20).sizeExponent
    }
  }

  private func corrected(_ observations: Observations) -> Estimated? {
    try? exponent(of: observations).get()
  }

  private func column(_ name: String) -> [Double]? {
    guard let values = rows.columns[name], values.contains(where: \.isFinite) else { return nil }
    return values
  }

  private func percent(_ x: Double) -> String { "\(NumberFormat.sentence(x * 100, digits: 2)) %" }

  private var extremes: (small: Int, large: Int)? {
    guard let sizes = column("N"),
      let small = sizes.indices.min(by: { sizes[$0] < sizes[$1] }),
      let large = sizes.indices.max(by: { sizes[$0] < sizes[$1] })
    else { return nil }
    return (small, large)
  }

  // MARK: What is counted

  /// How many times vocab·width is in N, by the columns that tell; nil where none does.
  private func countedHeads(_ head: [Double]) -> [Double]? {
    guard let sizes = column("N") else { return nil }
    if let body = column("params_no_embed") {
      return sizes.indices.map { (sizes[$0] - body[$0]) / head[$0] }
    }
    if let layers = column("layers"), let width = column("width") {
      return sizes.indices.map {
        (sizes[$0] - 12 * layers[$0] * width[$0] * width[$0]) / head[$0]
      }
    }
    return nil
  }

  func lastLayer() -> Item {
    let cause = "last layer"
    guard let vocab = column("vocab"), let width = column("width"), let sizes = column("N"),
      let ends = extremes
    else {
      return Item(
        cause: cause, status: .unknown,
        finding:
          "does N count the last layer (vocab times width)? Columns vocab and width would tell its share; give one with --let vocab=50257"
      )
    }
    let head = zip(vocab, width).map { $0 * $1 }
    let shares = [ends.small, ends.large].map { head[$0] / (sizes[$0] + head[$0]) }
    let range =
      "\(percent(shares[0])) of the smallest model and \(percent(shares[1])) of the largest"
    guard let counted = countedHeads(head) else {
      return Item(
        cause: cause, status: .unknown,
        finding:
          "the last layer would be \(range): does N count it? A column layers or params_no_embed would tell",
        corrected: nil)
    }
    let typical = median(counted.filter(\.isFinite))
    guard typical < 0.5 else {
      return Item(
        cause: cause, status: .clear,
        finding:
          "N counts it (\(NumberFormat.sentence(typical, digits: 2)) times vocab times width)")
    }
    var whole = rows
    let total = zip(sizes, head).map { $0 + $1 }
    whole.columns["N"] = total
    if let tokens = column("D") { whole.columns["C"] = zip(total, tokens).map { 6 * $0 * $1 } }
    return Item(
      cause: cause, status: max(shares[0], shares[1]) > 0.05 ? .suspect : .clear,
      finding: "N leaves it out: it is \(range), so small models cost more than they seem to",
      corrected: corrected(whole))
  }

  func computeCount() -> Item {
    let cause = "FLOPs per token"
    guard let compute = column("C"), let sizes = column("N"), let tokens = column("D") else {
      return Item(
        cause: cause, status: .unknown,
        finding: "a column C of measured FLOPs would tell what 6 N D leaves out")
    }
    let ratios = sizes.indices.map { compute[$0] / (6 * sizes[$0] * tokens[$0]) }
      .filter(\.isFinite)
    guard let low = ratios.min(), let high = ratios.max() else {
      return Item(cause: cause, status: .unknown, finding: "C has no usable value")
    }
    if high / low < 1.02, abs(high - 1) < 0.02 {
      return Item(
        cause: cause, status: .unknown,
        finding: "C is 6 N D in every row: it counts what N counts, and no attention")
    }
    return Item(
      cause: cause, status: high / low > 1.1 ? .suspect : .clear,
      finding:
        "C is \(NumberFormat.sentence(low, digits: 3)) to \(NumberFormat.sentence(high, digits: 3)) times 6 N D\(high / low > 1.1 ? ": the ratio changes with size, so that a plan by 6 N D is not one by C" : " at all sizes")"
    )
  }

  // MARK: How the runs were trained

  func warmup() -> Item {
    let cause = "warm-up"
    guard let tokens = column("D"), let sizes = column("N") else {
      return Item(cause: cause, status: .unknown, finding: "columns N and D are needed")
    }
    var warm = column("warmup_tokens")
    if warm == nil, let steps = column("warmup_steps") {
      if let batch = column("batch_tokens") {
        warm = zip(steps, batch).map { $0 * $1 }
      } else if let total = column("steps") {
        warm = tokens.indices.map { tokens[$0] * steps[$0] / total[$0] }
      }
    }
    guard let warm else {
      return Item(
        cause: cause, status: .unknown,
        finding:
          "how long was it at each size? Columns warmup_tokens, or warmup_steps with batch_tokens or steps, would tell"
      )
    }
    let shares = zip(warm, tokens).map { $0 / $1 }
    let long = shares.indices.filter { shares[$0] > 0.1 }
    let outlasts = warm.indices.count { warm[$0] > sizes[$0] }
    guard !long.isEmpty else {
      return Item(
        cause: cause, status: .clear,
        finding: "at most \(percent(shares.filter(\.isFinite).max() ?? 0)) of a run")
    }
    let kept = shares.indices.filter { !(shares[$0] > 0.1) }
    return Item(
      cause: cause, status: .suspect,
      finding:
        "over a tenth of training in \(long.count) of \(shares.count) runs (up to \(percent(shares.filter(\.isFinite).max() ?? 0)))\(outlasts > 0 ? ", longer than N tokens in \(outlasts)" : ""): a fixed warm-up holds small models back",
      corrected: kept.count >= 8 ? corrected(rows.selecting(kept)) : nil)
  }

  func decay() -> Item {
    let cause = "decay"
    if let schedule = column("schedule_tokens"), let tokens = column("D") {
      let early = tokens.indices.filter { tokens[$0] < 0.9 * schedule[$0] }
      guard !early.isEmpty else {
        return Item(cause: cause, status: .clear, finding: "every schedule ends with its run")
      }
      let kept = tokens.indices.filter { !(tokens[$0] < 0.9 * schedule[$0]) }
      return Item(
        cause: cause, status: .suspect,
        finding:
          "\(early.count) of \(tokens.count) rows end before nine tenths of their schedule: their learning rate had not come down",
        corrected: kept.count >= 8 ? corrected(rows.selecting(kept)) : nil)
    }
    guard rows.clusterCount < rows.count else {
      return Item(
        cause: cause, status: .unknown,
        finding: "does each run's decay end with its run? A column schedule_tokens would tell")
    }
    // Rows of one run at several D are checkpoints of one schedule.
    let tokens = column("D") ?? []
    var last: [Int: Int] = [:]
    for row in tokens.indices {
      let run = rows.clusters[row]
      if let other = last[run], tokens[other] >= tokens[row] { continue }
      last[run] = row
    }
    let kept = last.values.sorted()
    return Item(
      cause: cause, status: .suspect,
      finding:
        "\(rows.count - kept.count) of \(rows.count) rows are earlier checkpoints of a run, whose learning rate had not come down unless each was decayed by itself",
      corrected: kept.count >= 8 ? corrected(rows.selecting(kept)) : nil)
  }

  /// A hyper-parameter that should change with size.
  private func tuned(
    _ name: String, cause: String, what: String, ask: String
  ) -> Item {
    guard let values = column(name), let sizes = column("N"), let ends = extremes else {
      return Item(cause: cause, status: .unknown, finding: ask)
    }
    let span = sizes[ends.large] / sizes[ends.small]
    let finite = values.filter(\.isFinite)
    if let low = finite.min(), let high = finite.max(), low == high {
      return Item(
        cause: cause, status: span > 4 ? .suspect : .clear,
        finding:
          "\(what) \(NumberFormat.sentence(low, digits: 6)) in all runs, over a factor \(NumberFormat.sentence(span, digits: 2)) of size"
      )
    }
    let places = Dictionary(grouping: sizes.indices) { [sizes[$0], rows.column("D")[$0]] }
    let swept = places.values.filter { Set($0.map { values[$0] }).count > 1 }
    if !swept.isEmpty {
      let edges = swept.count { place in
        let best = place.min { rows.response[$0] < rows.response[$1] } ?? place[0]
        let tried = place.map { values[$0] }
        return values[best] == tried.min() || values[best] == tried.max()
      }
      let best = places.values.compactMap { place in
        place.min { rows.response[$0] < rows.response[$1] }
      }.sorted()
      return Item(
        cause: cause, status: .suspect,
        finding:
          "swept at \(swept.count) of \(places.count) sizes and lengths, with the best at the end of the sweep at \(edges): the law belongs to the best of each",
        corrected: best.count >= 8 ? corrected(rows.selecting(best)) : nil)
    }
    let x = sizes.map { Double.log($0) }
    let y = values.map { Double.log($0) }
    let used = y.indices.filter { y[$0].isFinite && x[$0].isFinite }
    let (cx, cy) = (mean(used.map { x[$0] }), mean(used.map { y[$0] }))
    let xx = used.reduce(0.0) { $0 + (x[$1] - cx) * (x[$1] - cx) }
    let xy = used.reduce(0.0) { $0 + (x[$1] - cx) * (y[$1] - cy) }
    return Item(
      cause: cause, status: .clear,
      finding: "\(what) changes with size, as N^\(NumberFormat.sentence(xy / xx, digits: 2))")
  }

  func learningRate() -> Item {
    tuned(
      "lr", cause: "learning rate", what: "peak rate",
      ask: "was it tuned at each size? A column lr (the peak rate) would tell")
  }

  func batch() -> Item {
    tuned(
      "batch_tokens", cause: "batch", what: "batch of tokens",
      ask: "was it tuned at each size? A column batch_tokens would tell")
  }

  func beta2() -> Item {
    let cause = "AdamW's beta2"
    guard let values = column("beta2") else {
      return Item(
        cause: cause, status: .unknown,
        finding: "small batches want 0.99 to 0.999: which was used? A column beta2 would tell")
    }
    let low = values.filter(\.isFinite).min() ?? .nan
    guard let batch = column("batch_tokens") else {
      return Item(
        cause: cause, status: .unknown,
        finding:
          "\(NumberFormat.sentence(low, digits: 4)); whether that is too small depends on batch_tokens"
      )
    }
    // 128 sequences of 2,048 tokens.
    let starved = values.indices.count { values[$0] < 0.99 && batch[$0] < 262_144 }
    return Item(
      cause: cause, status: starved > 0 ? .suspect : .clear,
      finding: starved > 0
        ? "under 0.99 with a batch under 262,144 tokens in \(starved) of \(values.count) runs"
        : "\(NumberFormat.sentence(low, digits: 4)) at the least, which suits these batches")
  }
}
