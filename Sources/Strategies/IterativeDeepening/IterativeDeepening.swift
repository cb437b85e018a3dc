internal import Foundation
public import LanguageModels
internal import Quantities
public import Tensors

/// Writing that is stopped at geometrically growing lengths to look back: after B₀, γB₀, γ²B₀ … tokens
/// of the response a fixed trigger is put in, and writing goes on behind it [22].
///
/// Lengths count the whole response, triggers included. A length that is passed already when a trigger
/// ends is left out, so that every trigger stands at one of them exactly, unless the response was
/// finished before. With an infinite γ there are no triggers at all, which is plain writing.
public struct IterativeDeepening: Codable, Hashable, Sendable {
  /// The length at which the first trigger is put in, B₀.
  public var firstBudget: Int
  /// What a length is multiplied by to make the next one, γ > 1.
  public var growth: Double
  /// The longest response, L; no trigger begins there or later.
  public var limit: Int
  /// What is put in.
  public var trigger: [Int32]
  /// What happens when a response is finished before the limit.
  public var ending: Ending

  /// What happens when a response is finished before the limit.
  public enum Ending: String, Codable, Hashable, Sendable {
    /// It is left as it is.
    case stop
    /// A trigger is put in at once, and writing goes on.
    case goOn
  }

  /// A schedule of triggers.
  public init(
    firstBudget: Int, growth: Double, limit: Int, trigger: [Int32], ending: Ending = .stop
  ) {
    precondition(
      firstBudget > 0 && growth > 1 && !trigger.isEmpty,
      "budgets from \(firstBudget) that grow by \(growth), a trigger of \(trigger.count) tokens")
    self.firstBudget = firstBudget
    self.growth = growth
    self.limit = limit
    self.trigger = trigger
    self.ending = ending
  }

  /// The lengths at which triggers are put into a response that goes on to the limit, ascending: some
  /// of ⌊B₀γⁱ⌉, and at most 1 + log(L/B₀)/log γ.
  public var triggerPositions: [Int] {
    guard growth.isFinite else { return [] }
    var positions: [Int] = []
    var budget = Double(firstBudget)
    while budget < Double(limit) {
      let position = Int(saturating: budget.rounded())
      if position < limit, position >= (positions.last ?? -trigger.count) + trigger.count {
        positions.append(position)
      }
      budget *= growth
    }
    return positions
  }
}

extension IterativeDeepening {
  /// A response and how it came about.
  public struct Response: Codable, Hashable, Sendable {
    /// All its tokens, triggers included.
    public var tokens: [Int32]
    /// Where triggers begin.
    public var triggers: [Int]
    /// Tokens that were drawn; the others were put in, or finished it and were taken out.
    public var drawn: Int
    /// Whether it was finished before the limit.
    public var isFinished: Bool

    /// An empty response.
    public init() { (tokens, triggers, drawn, isFinished) = ([], [], 0, false) }
  }

  /// Continues prompts.
  ///
  /// - Parameters:
  ///   - prompts: at most as many as the session has sequences, none empty.
  ///   - session: a session without tokens, with room for the longest prompt and the limit.
  ///   - finish: looks at a response after each token drawn: `open` to go on, `finished` if the token
  ///     finished it, `finishedBefore` if the token is a mark of the end that is no part of it.
  ///   - draw: draws the next token of a response: the prompt's number, the response so far, logits.
  /// - Returns: a response to each prompt.
  public func run(
    _ prompts: [[Int32]], in session: DecodingSession<Float>,
    finish: (_ prompt: Int, _ response: Response) -> Finish = { _, _ in .open },
    draw: (_ prompt: Int, _ response: Response, _ logits: Slice<UnsafeBufferPointer<Float>>) ->
      Int32
  ) -> [Response] {
    precondition(
      prompts.count <= session.batch && session.length == 0 && prompts.allSatisfy { !$0.isEmpty },
      "\(prompts.count) prompts for an empty session of \(session.batch)")
    guard let common = prompts.map(\.count).min() else { return [] }
    var writers = prompts.map { Writer(waiting: Array($0.dropFirst(common))) }
    var first = prompts.map { Array($0.prefix(common)) }
    first += Array(repeating: first[0], count: session.batch - prompts.count)
    let positions = triggerPositions
    var logits = session.append(first)
    let vocabulary = logits.count / session.batch
    var next = [Int32](repeating: 0, count: session.batch)
    while true {
      for row in writers.indices where !writers[row].isOver {
        next[row] = writers[row].advance(self, positions) { response in
          draw(row, response, logits[row * vocabulary..<(row + 1) * vocabulary])
        } finish: {
          finish(row, $0)
        }
      }
      guard writers.contains(where: { !$0.isOver }) else { break }
      logits = session.step(next)
    }
    return writers.map(\.response)
  }

  /// What a token did to a response.
  public enum Finish: Sendable {
    /// The response goes on.
    case open
    /// The response is finished, this token included.
    case finished
    /// The response was finished before this token, which is taken out.
    case finishedBefore
  }
}

/// One response while it is written.
private struct Writer {
  var response = IterativeDeepening.Response()
  /// Tokens that are put in before the next one is drawn: of the prompt, then of triggers.
  var waiting: [Int32]
  var isOver = false
  private var isPrompt = true

  init(waiting: [Int32]) { self.waiting = waiting }

  /// The next token for the session; nothing of it counts once the response is over.
  mutating func advance(
    _ settings: IterativeDeepening, _ positions: [Int],
    _ draw: (IterativeDeepening.Response) -> Int32,
    finish: (IterativeDeepening.Response) -> IterativeDeepening.Finish
  ) -> Int32 {
    if waiting.isEmpty {
      isPrompt = false
      if positions.contains(response.tokens.count) { interrupt(settings) }
    }
    if !waiting.isEmpty {
      let token = waiting.removeFirst()
      if !isPrompt { response.tokens.append(token) }
      isOver = !isPrompt && waiting.isEmpty && response.tokens.count >= settings.limit
      return token
    }
    guard response.tokens.count < settings.limit else {
      isOver = true
      return 0
    }
    let token = draw(response)
    response.drawn += 1
    response.tokens.append(token)
    let finish = finish(response)
    if case .open = finish {
      isOver = response.tokens.count >= settings.limit
      return token
    }
    response.isFinished = true
    if case .finishedBefore = finish { response.tokens.removeLast() }
    // A trigger takes the place of a mark of the end, or follows the last token.
    guard settings.ending == .goOn, response.tokens.count < settings.limit else {
      isOver = true
      return token
    }
    response.isFinished = false
    if case .finished = finish {
      interrupt(settings)
      return token
    }
    interrupt(settings)
    let put = waiting.removeFirst()
    response.tokens.append(put)
    return put
  }

  private mutating func interrupt(_ settings: IterativeDeepening) {
    response.triggers.append(response.tokens.count)
    waiting = settings.trigger
  }
}
