/// Exact chances about k attempts drawn without replacement from those recorded at a problem.
///
/// Both are unbiased for the chance with k fresh attempts. Beyond k = N they say nothing: use
/// ``BetaBinomialCoverage``.
public enum Coverage {
  /// pass@k = 1 − C(N − c, k)/C(N, k), the chance that at least one of k ≤ N attempts is right.
  ///
  /// The plug-in estimate 1 − (1 − c/N)^k is biased downwards for k > 1.
  public static func passAtK(_ k: Int, correct: Int, attempts: Int) -> Double {
    check(k, correct, attempts)
    if attempts - correct < k { return 1 }
    // C(N − c, k)/C(N, k) is symmetric in c and k: a product over the smaller of the two. The
    // complement is accumulated, so that a small chance keeps all its digits; once it rounds to one
    // the rest cannot change it, which bounds the work by the order of √N.
    let (few, many) = (min(correct, k), max(correct, k))
    var pass = 0.0
    var index = attempts
    while index > attempts - few {
      pass += (1 - pass) * Double(many) / Double(index)
      if pass >= 1 { return 1 }
      index -= 1
    }
    return pass
  }

  /// pass^k ("pass hat k"), the chance that all of k ≤ N attempts are right: C(c, k)/C(N, k).
  public static func passHatK(_ k: Int, correct: Int, attempts: Int) -> Double {
    check(k, correct, attempts)
    if correct < k { return 0 }
    let wrong = attempts - correct
    let (few, many) = (min(wrong, k), max(wrong, k))
    var all = 1.0
    var index = attempts
    while index > attempts - few {
      all *= Double(index - many) / Double(index)
      if all == 0 { return 0 }
      index -= 1
    }
    return all
  }

  private static func check(_ k: Int, _ correct: Int, _ attempts: Int) {
    precondition(k >= 1 && k <= attempts, "k lies between 1 and the number of attempts")
    precondition(
      correct >= 0 && correct <= attempts, "successes lie between 0 and the number of attempts")
  }
}
