/// How the log-likelihoods of choices of different lengths are made comparable.
///
/// The first two stages of the metric ladder use the log-likelihood as it is; the normalised score
/// decides the stages that compare choices.
public enum LengthNormalization: Sendable, Hashable {
  /// `ln p(choice | prompt)`.
  case none
  /// `ln p(choice | prompt)/tokens`.
  case perToken
  /// `ln p(choice | prompt)/bytes`, which does not depend on the tokenizer.
  case perByte
  /// `ln p(choice | prompt) − ln p(choice | neutral prompt)`: pointwise mutual information, which
  /// takes away what makes a choice likely after any prompt.
  case unconditional(prompt: [Int32])

  func check(_ item: MultipleChoiceItem, index: Int) throws(MultipleChoiceError) {
    guard item.choices.indices.contains(item.answer) else {
      throw .item(
        index: index,
        problem: "the answer is choice \(item.answer), but there are \(item.choices.count)")
    }
    if let empty = item.choices.firstIndex(where: \.isEmpty) {
      throw .item(index: index, problem: "choice \(empty) has no tokens")
    }
    guard self == .perByte else { return }
    guard let bytes = item.byteCounts, bytes.count == item.choices.count,
      bytes.allSatisfy({ $0 > 0 })
    else {
      throw .item(
        index: index, problem: "normalising by bytes needs a positive byte count for each choice")
    }
  }

  func scores(
    _ item: MultipleChoiceItem, logLikelihoods: [Double], unconditional: [Double]
  ) -> [Double] {
    switch self {
    case .none: logLikelihoods
    case .perToken: zip(logLikelihoods, item.choices).map { $0 / Double($1.count) }
    case .perByte: zip(logLikelihoods, item.byteCounts ?? []).map { $0 / Double($1) }
    case .unconditional: zip(logLikelihoods, unconditional).map { $0 - $1 }
    }
  }
}
