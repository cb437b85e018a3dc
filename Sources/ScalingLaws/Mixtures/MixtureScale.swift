extension MixtureLaw.Scale {
  /// What a table of mixtures varies besides its shares.
  ///
  /// Where N and D rise together only N is read: their effects could not be told apart.
  ///
  /// - Parameters:
  ///   - sizes: N of every row; empty where it is not known.
  ///   - tokens: D of every row; empty where it is not known.
  public init(sizes: [Double], tokens: [Double]) {
    let variesSize = Set(sizes.filter(\.isFinite)).count > 1
    let variesTokens = Set(tokens.filter(\.isFinite)).count > 1
    let pairs = Set(zip(sizes, tokens).map { [$0, $1] }).count
    let areOne =
      variesSize && variesTokens && pairs <= max(Set(sizes).count, Set(tokens).count)
    self =
      switch (variesSize, variesTokens && !areOne) {
      case (false, false): .none
      case (true, false): .size
      case (false, true): .tokens
      case (true, true): .both
      }
  }
}
