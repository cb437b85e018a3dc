internal import Quantities
public import Verdicts

/// A study in progress, as a terminal shows it: a block of lines that is redrawn in place, or a line
/// for each run that ends.
public struct StudyProgressView: Hashable, Sendable {
  /// A run that is being trained.
  public struct Running: Hashable, Sendable {
    /// The arm.
    public var arm: String
    /// The size as people read it.
    public var size: String
    /// The seed.
    public var seed: UInt64
    /// Steps done.
    public var step: Int
    /// Steps to take.
    public var steps: Int
    /// The training loss, in nats per token; nil before the first step.
    public var loss: Double?
    /// Tokens a second.
    public var tokensPerSecond: Double
    /// Seconds to its end; nil where it is not known.
    public var secondsLeft: Double?

    /// A run that is being trained.
    public init(
      arm: String, size: String, seed: UInt64, step: Int, steps: Int, loss: Double? = nil,
      tokensPerSecond: Double = 0, secondsLeft: Double? = nil
    ) {
      self.arm = arm
      self.size = size
      self.seed = seed
      self.step = step
      self.steps = steps
      self.loss = loss
      self.tokensPerSecond = tokensPerSecond
      self.secondsLeft = secondsLeft
    }
  }

  /// What is being trained, in the order of the workers.
  public var running: [Running]
  /// Runs that ended.
  public var finished: Int
  /// Runs that are known.
  public var total: Int
  /// Whether runs are added once learning rates are chosen.
  public var mayGrow: Bool
  /// Seconds to the end of the study; nil where it is not known.
  public var secondsLeft: Double?

  /// A study in progress.
  public init(
    running: [Running], finished: Int, total: Int, mayGrow: Bool = false,
    secondsLeft: Double? = nil
  ) {
    self.running = running
    self.finished = finished
    self.total = total
    self.mayGrow = mayGrow
    self.secondsLeft = secondsLeft
  }

  /// The block: a line for the whole study, then one for each run that is being trained. None fills
  /// the width in cells: a longer one would break in two and spoil the redrawing.
  public func lines(width: Int = 80) -> [String] {
    let limit = max(width - 1, 20)
    var head = "\(bar(finished, of: total, cells: 20))  \(finished) of \(total)"
    head += mayGrow ? " runs so far" : " runs"
    if finished < total || mayGrow {
      head += secondsLeft.map { ", about \(Self.time($0)) left" } ?? ""
    }
    let names = running.map {
      TerminalText.singleLine("\($0.arm) \($0.size) seed \($0.seed)")
    }
    let numbers = running.map(numbers)
    // Names share what the numbers leave.
    let longest = names.map { TerminalText.width($0) }.max() ?? 0
    let taken = numbers.map { TerminalText.width($0) }.max() ?? 0
    let room = max(min(longest, limit - taken - 4), 8)
    let rows = zip(names, numbers).map { name, numbers in
      let text = TerminalText.truncated(name, room).padded(to: room)
      return TerminalText.truncated("  \(text)  \(numbers)", limit)
    }
    return [TerminalText.truncated(head, limit)] + rows
  }

  /// The block in place of the one that was drawn before.
  ///
  /// - Parameters:
  ///   - previous: the number of lines that were drawn before; 0 for none.
  ///   - width: the width of the terminal in cells.
  /// - Returns: text with escape sequences for a terminal.
  public func redrawn(over previous: Int, width: Int = 80) -> String {
    let lines = lines(width: width)
    // Up to the first line of the old block, then clear to the end of the screen.
    let start = previous > 0 ? "\u{1B}[\(previous)A\r\u{1B}[J" : ""
    return start + lines.map { $0 + "\n" }.joined()
  }

  /// What takes a block of so many lines off a terminal again.
  public static func erased(_ previous: Int) -> String {
    previous > 0 ? "\u{1B}[\(previous)A\r\u{1B}[J" : ""
  }

  /// The line for a run that ended, where nothing can be redrawn.
  public func line(ended run: StudyRow) -> String {
    var text = "[\(finished)/\(total)] \(run.arm) \(run.size) seed \(run.seed)"
    if run.purpose == .learningRateSweep {
      text += " at rate \(NumberFormat.significant(run.learningRate, 3))"
    }
    switch run.outcome?.status {
    case .finished: text += ": loss \(StudyWording.loss(run.loss))"
    case .diverged, .failed:
      text += ": \(run.outcome?.status.rawValue ?? "")"
      text += run.outcome?.message.map { ", \($0)" } ?? ""
    case nil: text += ": not run"
    }
    if finished < total, let secondsLeft { text += ", about \(Self.time(secondsLeft)) left" }
    return TerminalText.singleLine(text)
  }

  private func numbers(_ run: Running) -> String {
    var parts = ["\(run.step)/\(run.steps)".padded(to: 11)]
    parts.append((run.loss.map { "loss \(NumberFormat.fixed($0, 3))" } ?? "").padded(to: 10))
    let speed = run.tokensPerSecond > 0 ? "\(NumberFormat.scale(run.tokensPerSecond)) tok/s" : ""
    parts.append(speed.padded(to: 11))
    if let left = run.secondsLeft {
      // Seconds matter in the last minute only.
      parts.append("\(Self.time(left < 90 ? left : 60 * (left / 60).rounded())) left")
    }
    var text = parts.joined(separator: " ")
    while text.last == " " { text.removeLast() }
    return text
  }

  private func bar(_ done: Int, of total: Int, cells: Int) -> String {
    let full = total > 0 ? min(cells, max(0, done * cells / total)) : 0
    return "[" + String(repeating: "#", count: full)
      + String(repeating: "-", count: cells - full) + "]"
  }

  /// Whole seconds: a block that is redrawn ten times a second must not flicker.
  private static func time(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "?" }
    return NumberFormat.duration(seconds.rounded())
  }
}

extension String {
  /// The text with spaces up to a width.
  fileprivate func padded(to cells: Int) -> String {
    self + String(repeating: " ", count: max(0, cells - TerminalText.width(self)))
  }
}
