internal import ArgumentParser
internal import LanguageModels

struct TemplateArguments: ParsableArguments {
  @Flag(
    help: "Leave out the tokens that the tokenizer's template puts around a text.")
  var noSpecialTokens = false

  /// What is put around a text.
  func template(of tokenizer: any Tokenizer) -> TextTemplate {
    noSpecialTokens ? TextTemplate() : tokenizer.template
  }

  /// The tokens of a whole text.
  func encode(
    _ bytes: [UInt8], by tokenizer: any Tokenizer, specialTokens: SpecialTokenSpelling = .isText
  ) -> [Int32] {
    noSpecialTokens
      ? tokenizer.encode(bytes, specialTokens: specialTokens)
      : tokenizer.encodeWhole(bytes, specialTokens: specialTokens)
  }

  /// Says on standard error what is put around a text, where something is.
  func explain(_ tokenizer: any Tokenizer) {
    guard let text = text(tokenizer) else { return }
    Console.error("The tokenizer puts \(text).")
  }

  /// "<|begin_of_text|> before a text and </s> after it"; nil for nothing.
  private func text(_ tokenizer: any Tokenizer) -> String? {
    let template = template(of: tokenizer)
    func spelled(_ tokens: [Int32]) -> String {
      tokens.map { token in
        tokenizer.specialTokens.first { $0.token == token }?.spelling ?? "token \(token)"
      }.joined()
    }
    switch (template.before.isEmpty, template.after.isEmpty) {
    case (true, true): return nil
    case (false, true): return "\(spelled(template.before)) before a text"
    case (true, false): return "\(spelled(template.after)) after a text"
    case (false, false):
      return "\(spelled(template.before)) before a text and \(spelled(template.after)) after it"
    }
  }
}
