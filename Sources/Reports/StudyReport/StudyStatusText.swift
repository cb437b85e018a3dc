internal import Quantities
public import Verdicts

/// How far a study is, for a terminal: which runs of which arm and size have ended, and how.
public struct StudyStatusText: Sendable {
  /// What the study is called.
  public var name: String
  /// All runs that are known.
  public var runs: [StudyRow]
  /// Whether runs are added once learning rates are chosen.
  public var mayGrow = false
  /// Seconds of work left, as estimated; nil where it is not known.
  public var secondsLeft: Double?
  /// The largest width in cells.
  public var width = 80
  /// Whether escape sequences may be used.
  public var style: TextTable.Style = .plain

  /// A status.
  public init(name: String, runs: [StudyRow]) {
    self.name = name
    self.runs = runs
  }

  /// The status as lines that each end with a newline.
  public func render() -> String {
    let ended = runs.filter { $0.outcome != nil }
    var line = "\(name): \(ended.count) of \(Wording.count(runs.count, "run")) ended"
    if mayGrow { line += "; more follow once learning rates are chosen" }
    if ended.count < runs.count, let secondsLeft {
      line += "; about \(NumberFormat.duration(secondsLeft)) left"
    }
    var parts = [TerminalText.wrapped(line + ".", width).map { $0 + "\n" }.joined()]
    let sweep = runs.filter { $0.purpose == .learningRateSweep }
    let compared = runs.filter { $0.purpose == .comparison }
    if !compared.isEmpty { parts.append(table("arm", compared)) }
    if !sweep.isEmpty { parts.append(table("learning-rate sweep", sweep)) }
    let lost = runs.filter(\.isLost)
    if !lost.isEmpty {
      parts.append(
        lost.prefix(Self.shownLosses).map { run in
          let message = run.outcome?.message.map { ": \($0)" } ?? ""
          let state = run.outcome?.status.rawValue ?? ""
          let text = "\(run.arm), \(run.size), seed \(run.seed) \(state)\(message)"
          return TerminalText.truncated(TerminalText.singleLine(text), width) + "\n"
        }.joined()
          + (lost.count > Self.shownLosses ? "… and \(lost.count - Self.shownLosses) more\n" : ""))
    }
    return parts.joined(separator: "\n")
  }

  /// More lines of runs without a loss would push the table off the screen.
  private static let shownLosses = 10

  private func table(_ title: String, _ runs: [StudyRow]) -> String {
    var arms: [String] = []
    for run in runs where !arms.contains(run.arm) { arms.append(run.arm) }
    let sizes = Dictionary(grouping: runs, by: \.rung).sorted { $0.key < $1.key }
      .map { (rung: $0.key, size: $0.value.first?.size ?? "") }
    var table = TextTable(
      columns: [.init(title)] + sizes.map { .init($0.size, alignment: .trailing) },
      widthLimit: width)
    for arm in arms {
      table.rows.append(
        [arm]
          + sizes.map { size in cell(runs.filter { $0.arm == arm && $0.rung == size.rung }) })
    }
    return table.render(style: style)
  }

  /// "2/3", with what went wrong.
  private func cell(_ runs: [StudyRow]) -> String {
    guard !runs.isEmpty else { return "" }
    var text = "\(runs.count { $0.outcome?.status == .finished })/\(runs.count)"
    let lost = runs.count(where: \.isLost)
    if lost > 0 { text += " \(lost)!" }
    return text
  }
}
