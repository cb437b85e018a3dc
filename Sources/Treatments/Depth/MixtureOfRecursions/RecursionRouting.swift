/// How tokens are sent through a block several times [95].
public struct RecursionRouting: Hashable, Sendable {
  /// Whether each pass takes the tokens with the greatest scores (expert-choice); otherwise each token
  /// takes its depth (token-choice).
  public var choosesTokens: Bool
  /// The number of passes, R.
  public var recursions: Int
  /// Whether pass r takes (R − r + 1)/R of the tokens; otherwise all.
  public var capacitiesFall: Bool
  /// Whether what a pass makes of a token is weighted by its score.
  public var isWeighted: Bool
  /// The factor α of sigmoid weights.
  public var weightScale: Double
  /// Whether the block's whole stream is added; otherwise what the block added to its input.
  public var addsStream: Bool
  /// The weight of the cross-entropy that makes scores predict the selection.
  public var selectionCoefficient: Double
  /// The weight of the loss that keeps depths even.
  public var balanceCoefficient: Double
  /// The weight of the squared log-sum-exp of router scores.
  public var zLoss: Double

  /// How many tokens of a sequence a pass, from zero, takes, at least one.
  public func capacity(of length: Int, pass: Int) -> Int {
    capacitiesFall ? max(1, length * (recursions - pass) / recursions) : length
  }

  /// Whether a pass, from zero, takes all tokens, so that nothing has to be chosen.
  public func takesAll(pass: Int) -> Bool { pass == 0 || !capacitiesFall }
}
