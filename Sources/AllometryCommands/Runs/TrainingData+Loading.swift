internal import Corpora
internal import Foundation
internal import LanguageModels
internal import Statistics

extension TrainingData {
  /// Reads or makes the data that the options name.
  ///
  /// - Parameters:
  ///   - arguments: checked options.
  ///   - folder: the run's folder, whose tokenizer is used again if there is one.
  init(_ arguments: DataArguments, folder: String) throws {
    if let name = arguments.language {
      let knobs = try NameList.numbers(arguments.knobs, option: "--knobs")
      self.init(language: try LanguageCatalog.language(named: name, knobs: knobs), name, knobs)
    } else if let name = arguments.task {
      try self.init(
        task: name, knobs: try NameList.numbers(arguments.knobs, option: "--knobs"))
    } else if let path = arguments.tokens {
      try self.init(
        tokens: path, validation: arguments.validationTokens,
        vocabulary: arguments.vocabulary ?? 0)
    } else {
      try self.init(text: arguments, folder: folder)
    }
  }

  private init(language: any SyntheticLanguage, _ name: String, _ knobs: [String: Double]) {
    content = .language(language)
    vocabularyCount = language.vocabularyCount
    record = DataRecord(kind: "language", name: name, hash: Self.definition(name, knobs))
  }

  private init(task name: String, knobs: [String: Double]) throws {
    guard TaskCatalog.names.contains(name) else {
      throw OptionCheck.unknown(name, among: TaskCatalog.names, option: "--task")
    }
    let task = try TaskCatalog.task(named: name, knobs)
    content = .task(task)
    vocabularyCount = task.vocabularyCount
    record = DataRecord(
      kind: "task", name: name,
      hash: Self.definition("\(name) \(type(of: task).card.version)", task.knobs.values))
  }

  private static func definition(_ name: String, _ knobs: [String: Double]) -> String {
    ([name] + knobs.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
      .joined(separator: " ")
  }

  private init(tokens path: String, validation: String?, vocabulary: Int) throws {
    let all = try TokenStream(binaryFile: path)
    try all.check(vocabularyCount: vocabulary)
    var training = all
    let evaluation: TokenStream
    if let validation {
      evaluation = try TokenStream(binaryFile: validation)
      try evaluation.check(vocabularyCount: vocabulary)
    } else {
      let held = Int(TrainingDefaults.validationFraction * Double(all.count))
      training = Self.part(of: all, 0..<all.count - held, "training")
      evaluation = Self.part(of: all, all.count - held..<all.count, "validation")
    }
    content = .tokens(training: training, evaluation: evaluation)
    vocabularyCount = vocabulary
    record = DataRecord(
      kind: "tokens", name: (path as NSString).lastPathComponent,
      hash: Self.hash(of: training).hexadecimal, trainingTokens: training.count)
  }

  private static func part(of stream: TokenStream, _ range: Range<Int>, _ side: String)
    -> TokenStream
  {
    let tokens = [Int32](unsafeUninitializedCapacity: range.count) { buffer, count in
      stream.copy(
        from: range.lowerBound, into: UnsafeMutableBufferPointer(rebasing: buffer[..<range.count]))
      count = range.count
    }
    return TokenStream(tokens: tokens, name: "\(stream.name) (\(side))")
  }

  /// FNV-1a over the tokens.
  private static func hash(of stream: TokenStream) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    stream.forEachBlock { block in
      for token in block { hash = (hash ^ UInt64(bitPattern: Int64(token))) &* 0x100_0000_01b3 }
    }
    return hash
  }

  private init(text arguments: DataArguments, folder: String) throws {
    var corpus = try arguments.text.map { try TextCorpus(contentsOf: $0) } ?? .toolchain()
    corpus = Self.divided(corpus)
    let split = try Self.split(corpus)
    let kept = "\(folder)/tokenizer.json"
    let name =
      arguments.tokenizer
      ?? (corpus.bytes.count < TrainingDefaults.smallText && arguments.vocabulary == nil
        ? "bytes" : "bpe")
    let tokenizer: any Tokenizer
    switch name {
    case "bytes": tokenizer = ByteTokenizer()
    case "bpe" where FileManager.default.fileExists(atPath: kept):
      // The one that the run began with: learning it again takes longer and says the same.
      tokenizer = try BytePairTokenizer(contentsOf: kept)
    case "bpe":
      tokenizer = try corpus.trainedTokenizer(
        vocabularyCount: arguments.vocabulary ?? TrainingDefaults.vocabulary,
        documents: split.training)
    default:
      guard name.contains(".") || name.contains("/") else {
        throw OptionCheck.unknown(
          name, among: ["bytes", "bpe", "FILE/tokenizer.json"], option: "--tokenizer")
      }
      try OptionCheck.exists(name)
      tokenizer = try BytePairTokenizer(contentsOf: name)
    }
    let judged = Self.evaluationDocuments(of: split, in: corpus)
    func stream(_ documents: [Int], _ side: String) -> TokenStream {
      TokenStream(
        tokens: corpus.encode(documents, by: tokenizer),
        byteCount: corpus.byteCount(of: documents), name: "\(corpus.name) (\(side))")
    }
    let training = stream(split.training, "training")
    content = .text(
      TextContent(
        corpus: corpus, split: split, training: training,
        evaluation: stream(judged, "validation"), evaluationDocuments: judged.count))
    vocabularyCount = tokenizer.vocabularyCount
    self.tokenizer = tokenizer
    record = DataRecord(
      kind: "text", name: corpus.name, hash: corpus.contentHash.hexadecimal,
      tokenizer: (name as NSString).lastPathComponent,
      tokenizerFingerprint: tokenizer.fingerprint.hexadecimal, trainingTokens: training.count,
      evaluationDocuments: judged.count, notes: corpus.notes)
  }

  /// A text of few documents cut finer, at line ends, so that some of it can be held out.
  private static func divided(_ corpus: TextCorpus) -> TextCorpus {
    let wanted = 40
    guard corpus.documents.count < wanted else { return corpus }
    let size = max(corpus.bytes.count / wanted, 1)
    var parts: [(name: String, text: String)] = []
    for document in corpus.documents {
      var start = document.range.lowerBound
      var number = 0
      func close(_ end: Int) {
        number += 1
        parts.append(
          ("\(document.name)#\(number)", String(decoding: corpus.bytes[start..<end], as: UTF8.self))
        )
        start = end
      }
      for index in document.range {
        let length = index + 1 - start
        let isLineEnd = corpus.bytes[index] == UInt8(ascii: "\n")
        // A line that does not end is cut between two characters.
        let next = index + 1 < document.range.upperBound ? corpus.bytes[index + 1] : 0
        if length >= size && isLineEnd || length >= 2 * size && next & 0xC0 != 0x80 {
          close(index + 1)
        }
      }
      if start < document.range.upperBound { close(document.range.upperBound) }
    }
    return TextCorpus(name: corpus.name, documents: parts)
  }

  /// The split of the first seed that leaves something on both sides; small texts need another
  /// than the first.
  private static func split(_ corpus: TextCorpus) throws -> CorpusSplit {
    var failure: (any Error)?
    for seed in UInt64(0)..<64 {
      do {
        return try corpus.split(
          validationFraction: TrainingDefaults.validationFraction, seed: seed)
      } catch { failure = failure ?? error }
    }
    throw failure ?? CommandFailure(.badData, "\(corpus.name): the text cannot be split")
  }

  /// Documents spread evenly over the validation side, up to the limit.
  private static func evaluationDocuments(of split: CorpusSplit, in corpus: TextCorpus) -> [Int] {
    let all = split.validation
    let total = corpus.byteCount(of: all)
    let limit = TrainingDefaults.evaluationBytes
    guard total > limit else { return all }
    // In an order that leaps over the side by the golden ratio, so that any first part is spread.
    let leap = max(Int((Double(all.count) * 0.618_034).rounded()), 1)
    var chosen: [Int] = []
    var bytes = 0
    var place = 0
    var seen = Set<Int>()
    while seen.count < all.count {
      while !seen.insert(place).inserted { place = (place + 1) % all.count }
      let size = corpus.documents[all[place]].range.count
      if bytes + size <= limit {
        chosen.append(all[place])
        bytes += size
      }
      place = (place + leap) % all.count
      // A document that does not fit is passed over, but not for ever.
      if bytes > limit * 9 / 10 { break }
    }
    return chosen.isEmpty ? [all[0]] : chosen.sorted()
  }
}

/// The random languages by name.
enum LanguageCatalog {
  /// The language of a name.
  ///
  /// - Parameters:
  ///   - name: markov or grammar.
  ///   - knobs: numbers that shape it.
  static func language(
    named name: String, knobs: [String: Double]
  ) throws -> any SyntheticLanguage {
    switch name {
    case "markov": return try markov(knobs)
    case "grammar": return try grammar(knobs)
    default: throw OptionCheck.unknown(name, among: ["markov", "grammar"], option: "--language")
    }
  }

  private static func markov(_ knobs: [String: Double]) throws -> any SyntheticLanguage {
    let known = ["tokens", "order", "concentration", "exponent", "uniform", "seed"]
    try check(knobs, known)
    let rows: MarkovSource.Rows =
      knobs["exponent"].map { .zipf(exponent: $0) }
      ?? .dirichlet(concentration: knobs["concentration"] ?? 0.3)
    return try MarkovSource(
      vocabularyCount: try whole(knobs, "tokens", 16), order: try whole(knobs, "order", 2),
      rows: rows, uniformShare: knobs["uniform"] ?? 0.01,
      seed: UInt64(try whole(knobs, "seed", 0)))
  }

  private static func grammar(_ knobs: [String: Double]) throws -> any SyntheticLanguage {
    let known = [
      "levels", "symbols", "rules", "terminals", "fewest", "most", "exponent", "spread",
      "symbol-exponent", "seed",
    ]
    try check(knobs, known)
    var settings = ZipfGrammar.Settings()
    settings.levels = try whole(knobs, "levels", settings.levels)
    settings.symbolsPerLevel = try whole(knobs, "symbols", settings.symbolsPerLevel)
    settings.rulesPerSymbol = try whole(knobs, "rules", settings.rulesPerSymbol)
    settings.terminalsPerLevel = try whole(knobs, "terminals", settings.terminalsPerLevel)
    settings.fewestChildren = try whole(knobs, "fewest", settings.fewestChildren)
    settings.mostChildren = try whole(knobs, "most", settings.mostChildren)
    settings.ruleExponent = knobs["exponent"] ?? settings.ruleExponent
    settings.exponentSpread = knobs["spread"] ?? settings.exponentSpread
    settings.symbolExponent = knobs["symbol-exponent"] ?? settings.symbolExponent
    return try ZipfGrammar(settings: settings, seed: UInt64(try whole(knobs, "seed", 0)))
  }

  private static func check(_ knobs: [String: Double], _ known: [String]) throws {
    if let unknown = knobs.keys.sorted().first(where: { !known.contains($0) }) {
      throw OptionCheck.unknown(unknown, among: known, option: "--knobs")
    }
  }

  private static func whole(
    _ knobs: [String: Double], _ name: String, _ standard: Int
  ) throws -> Int {
    guard let value = knobs[name] else { return standard }
    guard let whole = Int(exactly: value), whole >= 0, whole <= 1 << 24 else {
      throw CommandFailure(
        .usage, "--knobs: \(name) is \(value), expected a whole number from 0 to \(1 << 24)")
    }
    return whole
  }
}
