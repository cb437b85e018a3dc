public import Quantities
public import ScalingLaws

/// The best mixture of training domains by saved fits of the mixture law [134], as JSON gives it.
public struct MixtureAnswer: Encodable {
  /// One outcome that the mixture is chosen for.
  public struct Target: Encodable {
    var response: String
    var weight: Double
    var form: String
    var outcome: Estimated
    /// The outcome less that of the mean of the fitted mixtures.
    var change: Estimated

    /// A target with its weight among all and its predicted outcome.
    public init(
      response: String, weight: Double, form: String, outcome: Estimated, change: Estimated
    ) {
      self.response = response
      self.weight = weight
      self.form = form
      self.outcome = outcome
      self.change = change
    }
  }

  var schema = "allometry.mixture/1"
  var search: String
  var shares: [String: Double]
  var intervals: [String: Estimated]
  var outcome: Estimated
  var change: Estimated
  var targets: [Target]
  var atBounds: [String]
  var sizes: [String: Double]
  var warnings: [String]
  private let drawn: (averaged: Int, of: Int)?
  private let level: Double
  private let tried: [String: ClosedRange<Double>]
  private let scale: MixtureLaw.Scale

  private enum CodingKeys: String, CodingKey {
    case schema, search, shares, intervals, outcome, change, targets, atBounds, sizes, warnings
  }

  /// An answer; `drawn` is nil for the law's own optimum, `tried` holds the shares of the fitted
  /// mixtures.
  public init(
    search: String, drawn: (averaged: Int, of: Int)?, level: Double,
    tried: [String: ClosedRange<Double>], scale: MixtureLaw.Scale, shares: [String: Double],
    intervals: [String: Estimated], outcome: Estimated, change: Estimated, targets: [Target],
    atBounds: [String], sizes: [String: Double], warnings: [String]
  ) {
    self.search = search
    self.drawn = drawn
    self.level = level
    self.tried = tried
    self.scale = scale
    self.shares = shares
    self.intervals = intervals
    self.outcome = outcome
    self.change = change
    self.targets = targets
    self.atBounds = atBounds
    self.sizes = sizes
    self.warnings = warnings
  }

  /// The shares with their intervals, and what they are expected to gain, for a terminal.
  public func text(_ terminal: Terminal) -> String {
    var table = terminal.table([
      "domain", .number("share"),
      .number("\(NumberFormat.percent(level, decimals: 0)) interval"),
      .number("tried"),
    ])
    for (domain, share) in shares.sorted(by: { ($0.value, $1.key) > ($1.value, $0.key) }) {
      let interval = intervals[domain]
      let range = tried[domain]
      func percent(_ x: Double) -> String { NumberFormat.percent(x) }
      table.rows.append([
        domain, percent(share),
        interval.map { $0.low.isNaN ? "–" : "\(percent($0.low)) to \(percent($0.high))" } ?? "–",
        range.map { "\(percent($0.lowerBound)) to \(percent($0.upperBound))" } ?? "–",
      ])
    }
    func interval(_ x: Estimated) -> String {
      NumberFormat.withInterval(x.value, x.low, x.high)
    }
    var lines = [terminal.render(table)]
    let place = scale.columns.compactMap { column in
      sizes[column].map { "\(column) = \(NumberFormat.scale($0))" }
    }
    let found =
      drawn.map {
        "The average of the best \($0.averaged) of \($0.of) mixtures drawn from a Dirichlet distribution inside the allowed shares"
      } ?? "The optimum of the law inside the allowed shares"
    let what =
      targets.count == 1
      ? "predicted \(targets[0].response) \(interval(outcome))"
      : "weighted sum \(interval(outcome))"
    lines.append(
      terminal.wrap(
        "\(found)\(place.isEmpty ? "" : " at " + place.joined(separator: ", ")): \(what), \(interval(change)) against the mean of the fitted mixtures. \(scale == .none ? "It holds at the size and budget of the fitted runs." : "")"
      ) + "\n")
    if targets.count > 1 {
      var list = terminal.table([
        "target", .number("weight"), "form",
        .number("predicted"),
        .number("against the mean mixture"),
      ])
      for target in targets {
        list.rows.append([
          target.response, NumberFormat.significant(target.weight, 3), target.form,
          interval(target.outcome), interval(target.change),
        ])
      }
      lines.append("\n" + terminal.render(list))
    }
    if !atBounds.isEmpty {
      lines.append(
        terminal.wrap(
          "At the upper end of the allowed shares: \(atBounds.joined(separator: ", ")). More of them may be better still."
        ) + "\n")
    }
    for warning in warnings {
      lines.append(terminal.wrap("Warning: \(warning)") + "\n")
    }
    return lines.joined()
  }
}
