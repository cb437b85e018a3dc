/// A token that is found by its spelling before the text is cut into words (`added_tokens` of a
/// `tokenizer.json`).
struct AddedToken: Sendable, Hashable {
  var token: Int32
  var spelling: String
  /// Whether it stands for no text; others, such as runs of spaces or `<think>`, are text that is
  /// one token wherever it stands.
  var isSpecial: Bool
  var takesSpaceBefore = false
  var takesSpaceAfter = false
  /// Whether it is found only where no letter, digit or mark touches it.
  var isWholeWord = false
  /// Whether it is looked for after the text was normalised, which is after all tokens that are
  /// not. No normaliser is supported, so that only the order matters.
  var isNormalized = false
  /// Whether the vocabulary of the merges has the spelling too, under the same number.
  var isInVocabulary = false

  /// What hashes of a tokenizer say of the token; of a special one without flags what it was before they counted.
  var definition: String {
    let flags = [
      ("found in text", !isSpecial),
      ("lstrip", takesSpaceBefore), ("rstrip", takesSpaceAfter), ("single_word", isWholeWord),
      ("normalized", isNormalized),
    ].filter(\.1).map { " " + $0.0 }
    return "\(token) \(isSpecial) \(spelling)\(flags.joined())"
  }
}
