internal import Cards
internal import Corpora
internal import Files
internal import Foundation
internal import LanguageModels

extension Dataset {
  /// The number of tokens of a byte-pair vocabulary, unless another is asked for.
  public static let usualVocabulary = 4096
  /// Text of fewer bytes is read byte by byte unless a tokenizer is asked for.
  static let smallText = 4 << 20

  /// Reads or makes the data of a description.
  ///
  /// `keptTokenizer` is the `tokenizer.json` of a run that is resumed, used where it exists instead
  /// of learning byte pairs again. Learned tokenizers and tokens are kept in `cacheFolder` for the
  /// next time, named by a hash of everything that they depend on, so that they can never be out of
  /// date; nil for nowhere.
  ///
  /// - Throws: ``DatasetError``.
  public init(
    _ description: DatasetDescription, keptTokenizer: String? = nil, cacheFolder: String? = nil
  ) throws(DatasetError) {
    let reader = TokenizerSource(
      choice: description.tokenizer, vocabulary: description.vocabulary, kept: keptTokenizer,
      cacheFolder: cacheFolder)
    try Self.check(description)
    switch description.source {
    case .toolchain: self = try Self.text(try TextDomain(), reader)
    case .text(let path, let files):
      self = try Self.text(try TextDomain(path: path, files: files), reader)
    case .tokens(let path, let validation, let bits):
      self = try Self.tokens(
        path, validation, bits?.format ?? .automatic, vocabulary: description.vocabulary ?? 0)
    case .language(let name, let knobs):
      let language = try LanguageCatalog.language(named: name, knobs: knobs)
      self.init(
        .language(language),
        record: DatasetRecord(
          kind: "language", name: name, hash: Self.definition(name, knobs)),
        vocabularyCount: language.vocabularyCount)
    case .task(let name, let knobs): self = try Self.task(name, knobs)
    case .domains(let domains): self = try Self.domains(domains, reader)
    }
  }

  /// Settings that the kind of data has no use for are mistakes.
  private static func check(_ description: DatasetDescription) throws(DatasetError) {
    let isText: Bool
    switch description.source {
    case .toolchain, .text: isText = true
    case .tokens:
      isText = false
      guard let vocabulary = description.vocabulary, vocabulary > 0 else {
        throw .badSetting(
          "vocabulary", problem: "tokens made elsewhere need it, the number of different tokens")
      }
    case .language, .task: isText = false
    case .domains(let domains):
      isText = domains.contains { if case .language = $0.source { false } else { true } }
    }
    if description.tokenizer != nil, !isText {
      throw .badSetting("tokenizer", problem: "it cuts text, but the data are tokens already")
    }
    if let vocabulary = description.vocabulary {
      if case .tokens = description.source { return }
      guard isText, description.tokenizer == nil || description.tokenizer == .bytePairs else {
        throw .badSetting(
          "vocabulary", problem: "only byte pairs that are learned have a size to choose")
      }
      guard vocabulary >= 257 else {
        throw .badSetting("vocabulary", problem: "found \(vocabulary), expected 257 or more")
      }
    }
  }

  private static func text(
    _ text: TextDomain, _ reader: TokenizerSource
  ) throws(DatasetError) -> Dataset {
    let (tokenizer, name) = try reader.tokenizer(for: [text])
    let (training, evaluation) = try text.streams(tokenizer, cacheFolder: reader.cacheFolder)
    return Dataset(
      .text(
        TextContent(
          corpus: text.corpus, split: text.split, training: training, evaluation: evaluation,
          evaluationDocuments: text.judged.count)),
      record: DatasetRecord(
        kind: "text", name: text.corpus.name, hash: text.corpus.contentHash.hexadecimal,
        tokenizer: name, tokenizerFingerprint: tokenizer.fingerprint.hexadecimal,
        trainingTokens: training.count, evaluationDocuments: text.judged.count,
        notes: text.corpus.notes),
      tokenizer: tokenizer, vocabularyCount: tokenizer.vocabularyCount)
  }

  private static func task(
    _ name: String, _ knobs: [String: Double]
  ) throws(DatasetError) -> Dataset {
    guard TaskCatalog.names.contains(name) else {
      throw .unknown(setting: "task", found: name, known: TaskCatalog.names)
    }
    let task = try DatasetError.wrapping { try TaskCatalog.task(named: name, knobs) }
    return Dataset(
      .task(task),
      record: DatasetRecord(
        kind: "task", name: name,
        hash: definition("\(name) \(type(of: task).card.version)", task.knobs.numbers)),
      vocabularyCount: task.vocabularyCount)
  }

  static func definition(_ name: String, _ knobs: [String: Double]) -> String {
    ([name] + knobs.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
      .joined(separator: " ")
  }

  private static func tokens(
    _ path: String, _ validation: String?, _ format: TokenFileFormat, vocabulary: Int
  ) throws(DatasetError) -> Dataset {
    for path in [path, validation].compactMap({ $0 }) { try checkReadable(path) }
    return try DatasetError.wrapping {
      func stream(_ path: String) throws(TextCorpusError) -> TokenStream {
        try TokenStream(binaryFile: path, format: format, vocabularyCount: vocabulary)
      }
      let all = try stream(path)
      var training = all
      let evaluation: TokenStream
      if let validation {
        evaluation = try stream(validation)
      } else {
        let held = Int(TextDomain.validationFraction * Double(all.count))
        training = all.part(0..<all.count - held, name: "\(all.name) (training)")
        evaluation = all.part(all.count - held..<all.count, name: "\(all.name) (validation)")
      }
      // What a run is judged by decides its numbers as much as what it is trained on.
      let hashes = [training.contentHash, evaluation.contentHash]
      return Dataset(
        .tokens(training: training, evaluation: evaluation),
        record: DatasetRecord(
          kind: "tokens", name: (path as NSString).lastPathComponent,
          hash: (hashes.map(\.hexadecimal) + ["\(vocabulary)"]).joined(separator: " "),
          trainingTokens: training.count,
          notes: [all, evaluation].compactMap { stream in
            stream.note.map { "\(stream.name): \($0)" }
          }),
        vocabularyCount: vocabulary, hashes: hashes)
    }
  }

  /// A file or folder that is there.
  static func checkReadable(_ path: String) throws(DatasetError) {
    guard FileManager.default.fileExists(atPath: path) else {
      throw .missing(path: path, problem: "there is no such file or folder")
    }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw .missing(path: path, problem: "cannot be read")
    }
  }
}

extension TokenStream {
  func part(_ range: Range<Int>, name: String) -> TokenStream {
    let tokens = [Int32](unsafeUninitializedCapacity: range.count) { buffer, count in
      copy(
        from: range.lowerBound, into: UnsafeMutableBufferPointer(rebasing: buffer[..<range.count]))
      count = range.count
    }
    return TokenStream(tokens: tokens, name: name)
  }

  /// FNV-1a over the tokens.
  var contentHash: UInt64 {
    var hash = FNV1a()
    forEachBlock { block in
      for token in block { hash.mix(UInt64(bitPattern: Int64(token))) }
    }
    return hash.value
  }
}
