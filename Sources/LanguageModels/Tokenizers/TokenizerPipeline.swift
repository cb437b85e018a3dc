/// What the parts around the model of a tokenizer file ask for, as far as it is supported.
///
/// Whatever would change tokens and is not implemented is an error that names the field: a
/// tokenizer that is nearly right would spoil every number computed from its tokens.
struct TokenizerPipeline {
  let pattern: WordPattern
  let template: TextTemplate

  init(_ file: TokenizerFile, source: String) throws(TokenizerError) {
    func require(_ value: JSONValue?, _ field: String, _ expected: String) throws(TokenizerError) {
      guard value == nil || value == .null else {
        throw TokenizerError(
          source: source, field: field, found: value?.shown ?? "", expected: expected)
      }
    }
    try require(file.truncation, "truncation", "null: cutting text short is left to the caller")
    try require(file.padding, "padding", "null: padding is left to the caller")
    var normalizer = file.normalizer ?? .null
    if normalizer["type"] == .string("Sequence"), normalizer["normalizers"].items == [] {
      normalizer = .null
    }
    try require(normalizer, "normalizer", "null: byte-level text is not normalised")
    if let decoder = file.decoder, decoder != .null, decoder["type"] != .string("ByteLevel") {
      throw TokenizerError(
        source: source, field: "decoder", found: decoder.shown, expected: "type \"ByteLevel\"")
    }
    pattern = try Self.pattern(of: file.pre_tokenizer ?? .null, source: source)
    template = try Self.template(of: file.post_processor ?? .null, source: source)
  }

  private static func pattern(
    of value: JSONValue, source: String
  ) throws(TokenizerError) -> WordPattern {
    let steps: [(field: String, value: JSONValue)]
    if value["type"] == .string("Sequence") {
      steps = (value["pretokenizers"].items ?? []).enumerated().map {
        ("pre_tokenizer.pretokenizers.\($0)", $1)
      }
    } else {
      steps = [("pre_tokenizer", value)]
    }
    guard let last = steps.last, last.value["type"] == .string("ByteLevel"), steps.count <= 2
    else {
      throw TokenizerError(
        source: source, field: "pre_tokenizer", found: value.shown,
        expected: "\"ByteLevel\", alone or after one \"Split\"")
    }
    guard last.value["add_prefix_space"] != .bool(true) else {
      throw TokenizerError(
        source: source, field: last.field + ".add_prefix_space", found: "true",
        expected: "false: a space that was not in the text could not be told from one that was")
    }
    let usesRegex = last.value["use_regex"] != .bool(false)
    if steps.count == 1 { return usesRegex ? .gpt2 : .wholeText }
    guard !usesRegex else {
      throw TokenizerError(
        source: source, field: last.field + ".use_regex", found: last.value["use_regex"].shown,
        expected: "false after a \"Split\"")
    }
    return try splitPattern(of: steps[0].value, field: steps[0].field, source: source)
  }

  private static func splitPattern(
    of split: JSONValue, field: String, source: String
  ) throws(TokenizerError) -> WordPattern {
    func unsupported(
      _ name: String, _ value: JSONValue, _ expected: String
    ) -> TokenizerError {
      TokenizerError(
        source: source, field: "\(field).\(name)", found: value.shown, expected: expected)
    }
    guard split["type"] == .string("Split") else {
      throw unsupported("type", split["type"], "\"Split\"")
    }
    // The known patterns match all text, so that keeping the matches and dropping the rest
    // ("Removed", inverted) is the same as isolating them.
    let behavior = split["behavior"]
    let isInverted = split["invert"] == .bool(true)
    guard behavior == .string("Isolated") || (behavior == .string("Removed") && isInverted) else {
      throw unsupported("behavior", behavior, "\"Isolated\"")
    }
    guard !isInverted || behavior == .string("Removed") else {
      throw unsupported("invert", split["invert"], "false")
    }
    let expression = split["pattern"]["Regex"]
    guard let text = expression.text, let pattern = WordPattern(regularExpression: text) else {
      throw unsupported(
        "pattern.Regex", expression, "the regular expression of GPT-2, GPT-4 or LLaMA 3")
    }
    return pattern
  }

  /// What processors put around one text. Several of them in a row come to one template at most:
  /// `tokenizers` applies a second one as if the pieces of the first were a pair of texts.
  private static func template(
    of value: JSONValue, source: String
  ) throws(TokenizerError) -> TextTemplate {
    let templates = try templates(of: value, field: "post_processor", source: source)
    guard templates.count <= 1 else {
      throw TokenizerError(
        source: source, field: "post_processor", found: "\(templates.count) templates in a row",
        expected: "one at most")
    }
    return templates.first ?? TextTemplate()
  }

  private static func templates(
    of value: JSONValue, field: String, source: String
  ) throws(TokenizerError) -> [TextTemplate] {
    switch value["type"].text {
    case nil where value == .null: return []
    case "ByteLevel": return []
    case "Sequence":
      var result: [TextTemplate] = []
      for (index, processor) in (value["processors"].items ?? []).enumerated() {
        result += try templates(
          of: processor, field: "\(field).processors.\(index)", source: source)
      }
      return result
    case "TemplateProcessing": return [try single(of: value, field: field, source: source)]
    case "BertProcessing", "RobertaProcessing":
      return [
        TextTemplate(
          before: [try token(of: value, "cls", field: field, source: source)],
          after: [try token(of: value, "sep", field: field, source: source)])
      ]
    default:
      throw TokenizerError(
        source: source, field: field, found: value.shown,
        expected: "\"ByteLevel\", \"TemplateProcessing\", \"RobertaProcessing\", "
          + "\"BertProcessing\" or a \"Sequence\" of these")
    }
  }

  /// The number in a pair of a spelling and a number, such as `"sep": ["</s>", 2]`.
  private static func token(
    of value: JSONValue, _ key: String, field: String, source: String
  ) throws(TokenizerError) -> Int32 {
    let pair = value[key].items ?? []
    guard pair.count == 2, case .number(let number) = pair[1], let token = Int32(exactly: number)
    else {
      throw TokenizerError(
        source: source, field: "\(field).\(key)", found: value[key].shown,
        expected: "the spelling of a token and its number")
    }
    return token
  }

  /// The special tokens of a template for one text.
  private static func single(
    of value: JSONValue, field: String, source: String
  ) throws(TokenizerError) -> TextTemplate {
    var result = TextTemplate()
    let pieces = value["single"].items ?? []
    let texts = pieces.count { $0["Sequence"] != .null }
    guard texts == 1 else {
      throw TokenizerError(
        source: source, field: "\(field).single", found: "the text \(texts) times",
        expected: "the text once, with tokens before and after it")
    }
    var isAfter = false
    for piece in pieces {
      if piece["Sequence"] != .null {
        isAfter = true
        continue
      }
      let name = piece["SpecialToken"]["id"].text ?? ""
      var tokens: [Int32] = []
      for id in value["special_tokens"][name]["ids"].items ?? [] {
        guard case .number(let number) = id, let token = Int32(exactly: number) else { continue }
        tokens.append(token)
      }
      guard !tokens.isEmpty else {
        throw TokenizerError(
          source: source, field: "\(field).special_tokens", found: "no ids for \"\(name)\"",
          expected: "the number of every token in the template")
      }
      if isAfter { result.after += tokens } else { result.before += tokens }
    }
    return result
  }
}
