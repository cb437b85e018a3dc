public import Statistics

/// A random source of tokens whose irreducible loss is known exactly.
///
/// A *window* is a sequence that starts afresh: its first token is given and every later token is
/// a target. The conditional distribution of a target given the tokens of its window before it is
/// known in closed form, so the loss of the ideal predictor is known for a window of any length,
/// not only in the limit.
public protocol SyntheticLanguage: Sendable {
  /// The number of tokens; tokens are `0 ..< vocabularyCount`.
  var vocabularyCount: Int { get }

  /// The entropy rate: the ideal predictor's mean loss in a window of unbounded length, in nats
  /// per token.
  var entropyRate: Double { get }

  /// The loss of the best predictor that ignores all context, in nats per token.
  var unigramEntropy: Double { get }

  /// The ideal predictor's expected loss at the first targets of a window: element `t − 1` is
  /// `H(X_t | X_0 … X_{t−1})` in nats, X_0 being the window's first token.
  func idealLosses(count: Int) -> [Double]

  /// The ideal predictor's loss at each target of a window: element `t − 1` is
  /// `−ln p(x_t | x_0 … x_{t−1})` in nats; +∞ where the language cannot produce the token there, and
  /// NaN from then on.
  func logLosses(of window: Span<Int32>) -> [Double]

  /// Fills the buffer with a window that depends on the generator alone.
  func writeWindow(_ random: SplittableRandom, into tokens: UnsafeMutableBufferPointer<Int32>)
}

extension SyntheticLanguage {
  /// The ideal predictor's mean loss over the targets of a window, in nats per token: what the
  /// fitted irreducible loss of models trained and evaluated on such windows should be compared
  /// with.
  public func idealLoss(targets: Int) -> Double {
    precondition(targets > 0, "a window needs a target")
    return idealLosses(count: targets).reduce(0, +) / Double(targets)
  }

  /// The ideal predictor's mean loss over the targets of these very windows, in nats. A model's
  /// loss on them less this number is its excess loss, free of the noise with which a finite
  /// validation set estimates the entropy.
  public func idealLoss(of windows: [[Int32]]) -> Double {
    var total = 0.0
    var targets = 0
    for window in windows {
      let losses = logLosses(of: window.span)
      total += losses.reduce(0, +)
      targets += losses.count
    }
    precondition(targets > 0, "the windows need a target")
    return total / Double(targets)
  }

  /// The window with this index in the stream that the seed names.
  public func window(_ index: Int, of seed: UInt64, tokens count: Int) -> [Int32] {
    let random = SplittableRandom(seed: seed).split(index)
    return [Int32](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      writeWindow(random, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initializedCount = count
    }
  }
}
