internal import Corpora
internal import Files
internal import LanguageModels

extension Dataset {
  /// The tokens of a language's domain that runs are judged by.
  private static let judgedTokens = 64 << 10

  static func domains(
    _ descriptions: [DatasetDescription.Domain], _ reader: TokenizerSource
  ) throws(DatasetError) -> Dataset {
    try check(descriptions)
    var texts: [String: TextDomain] = [:]
    var languages: [String: any SyntheticLanguage] = [:]
    for description in descriptions {
      switch description.source {
      case .toolchain: texts[description.name] = try TextDomain()
      case .text(let path, let files):
        texts[description.name] = try TextDomain(path: path, files: files)
      case .language(let name, let knobs):
        languages[description.name] = try LanguageCatalog.language(named: name, knobs: knobs)
      case .tokens, .task, .domains:
        throw .badSetting(
          "domains", problem: "\(description.name): expected text or a language")
      }
    }
    guard texts.isEmpty || languages.isEmpty else {
      throw .badSetting(
        "domains", problem: "expected texts or languages, which have one vocabulary, found both")
    }
    let sizes = Set(languages.values.map(\.vocabularyCount))
    guard sizes.count <= 1 else {
      throw .badSetting(
        "domains",
        problem: "expected languages of one vocabulary, found "
          + sizes.sorted().map { "\($0)" }.joined(separator: " and ") + " tokens")
    }
    let ordered = descriptions.compactMap { texts[$0.name] }
    let cut = texts.isEmpty ? nil : try reader.tokenizer(for: ordered)
    var domains: [Domain] = []
    for description in descriptions {
      if let text = texts[description.name], let tokenizer = cut?.tokenizer {
        domains.append(try domain(description, text, tokenizer, reader.cacheFolder))
      } else if let language = languages[description.name] {
        domains.append(try domain(description, language))
      }
    }
    let total = domains.reduce(0) { $0 + $1.share }
    for index in domains.indices { domains[index].share /= total }
    return Dataset(
      .domains(domains), record: record(of: domains, texts: ordered, cut),
      tokenizer: cut?.tokenizer,
      vocabularyCount: cut?.tokenizer.vocabularyCount ?? sizes.first ?? 0)
  }

  private static func check(
    _ descriptions: [DatasetDescription.Domain]
  ) throws(DatasetError) {
    guard descriptions.count > 1 else {
      throw .badSetting("domains", problem: "found \(descriptions.count), expected two or more")
    }
    var names = Set<String>()
    for description in descriptions {
      let name = description.name
      guard !name.isEmpty, names.insert(name).inserted else {
        throw .badSetting(
          "domains", problem: "found the name \"\(name)\", expected a name of its own for each")
      }
      if let share = description.share, !(share > 0 && share.isFinite) {
        throw .badSetting(
          "domains", problem: "\(name): found the share \(share), expected a number above 0")
      }
      if let tokens = description.tokens, tokens < 2 {
        throw .badSetting(
          "domains", problem: "\(name): found \(tokens) tokens, expected 2 or more")
      }
    }
    let shared = descriptions.count { $0.share != nil }
    guard shared == 0 || shared == descriptions.count else {
      throw .badSetting(
        "domains", problem: "\(shared) of \(descriptions.count) have a share; expected all or none")
    }
  }

  private static func domain(
    _ description: DatasetDescription.Domain, _ text: TextDomain, _ tokenizer: any Tokenizer,
    _ cacheFolder: String?
  ) throws(DatasetError) -> Domain {
    var (training, evaluation) = try text.streams(tokenizer, cacheFolder: cacheFolder)
    if let tokens = description.tokens {
      guard tokens <= training.count else {
        throw .badSetting(
          "domains",
          problem: "\(description.name): found \(tokens) tokens, but its text has "
            + "\(training.count)")
      }
      training = training.part(0..<tokens, name: training.name)
    }
    return Domain(
      name: description.name, training: training, evaluation: evaluation,
      share: description.share ?? Double(training.count))
  }

  /// One long window of the language to train on, another to judge by.
  private static func domain(
    _ description: DatasetDescription.Domain, _ language: any SyntheticLanguage
  ) throws(DatasetError) -> Domain {
    guard let tokens = description.tokens else {
      throw .badSetting(
        "domains",
        problem: "\(description.name): a language has no end; expected its number of tokens")
    }
    func stream(_ index: Int, _ count: Int, _ side: String) -> TokenStream {
      TokenStream(
        tokens: language.window(index, of: 0, tokens: count),
        name: "\(description.name) (\(side))")
    }
    return Domain(
      name: description.name, training: stream(0, tokens, "training"),
      evaluation: stream(1, judgedTokens, "validation"),
      share: description.share ?? Double(tokens))
  }

  private static func record(
    of domains: [Domain], texts: [TextDomain], _ cut: (tokenizer: any Tokenizer, name: String)?
  ) -> DatasetRecord {
    let parts = domains.map { domain in
      "\(domain.name) \(domain.training.contentHash.hexadecimal) "
        + "\(domain.evaluation.contentHash.hexadecimal) \(domain.share)"
    }
    return DatasetRecord(
      kind: "domains", name: domains.map(\.name).joined(separator: "+"),
      hash: parts.joined(separator: "; "), tokenizer: cut?.name,
      tokenizerFingerprint: cut?.tokenizer.fingerprint.hexadecimal,
      trainingTokens: domains.reduce(0) { $0 + $1.training.count },
      evaluationDocuments: texts.isEmpty ? nil : texts.reduce(0) { $0 + $1.judged.count },
      notes: texts.flatMap { text in text.corpus.notes.map { "\(text.corpus.name): \($0)" } })
  }
}
