internal import Corpora
internal import Foundation
internal import Training
internal import Yams

/// The corpus of a study file.
enum CorpusSection {
  private static let sources = ["text", "tokens", "language", "task", "domains"]

  /// `toolchain`, a path, or a section that says more.
  static func read(
    _ file: YAMLSection, folder: String
  ) throws(StudyFileError) -> DatasetDescription {
    guard let node = file.node("corpus") else { return DatasetDescription(.toolchain) }
    if let word = node.scalar?.string {
      if word == "toolchain" { return DatasetDescription(.toolchain) }
      return DatasetDescription(.text(path: try existing(word, folder, file, node)))
    }
    let keys =
      sources + [
        "include", "exclude", "validation-tokens", "token-bits", "knobs", "tokenizer", "vocabulary",
      ]
    let section = try YAMLSection(node, name: "corpus", file: file.file, known: keys)
    let tokenizer: DatasetDescription.TokenizerChoice?
    switch try section.text("tokenizer") {
    case nil: tokenizer = nil
    case "bytes": tokenizer = .bytes
    case "bpe": tokenizer = .bytePairs
    case .some(let path):
      guard path.contains(".") || path.contains("/"), let node = section.node("tokenizer") else {
        throw section.failure(
          "tokenizer", "expected bytes, bpe or the path of a tokenizer.json, found \(path)")
      }
      tokenizer = .file(try existing(path, folder, section, node))
    }
    return DatasetDescription(
      try source(section, folder), tokenizer: tokenizer,
      vocabulary: try section.whole("vocabulary", in: 1...10_000_000))
  }

  private static func source(
    _ section: YAMLSection, _ folder: String
  ) throws(StudyFileError) -> DatasetDescription.Source {
    let given = sources.filter { section.node($0) != nil }
    guard given.count <= 1 else {
      throw section.failure(
        given[1],
        "expected one of \(sources.joined(separator: ", ")), found \(given.joined(separator: " and "))"
      )
    }
    for key in ["include", "exclude"] where section.node(key) != nil {
      guard given.first == "text" else {
        throw section.failure(key, "expected text, a folder whose files it chooses, with it")
      }
    }
    if section.node("token-bits") != nil, given.first != "tokens" {
      throw section.failure("token-bits", "expected tokens, a file that it describes, with it")
    }
    guard let key = given.first, let node = section.node(key) else { return .toolchain }
    switch key {
    case "domains": return .domains(try domains(section, folder))
    case "language":
      return .language(name: try section.text(key) ?? "", knobs: try knobs(section))
    case "task": return .task(name: try section.text(key) ?? "", knobs: try knobs(section))
    case "tokens":
      let held: String?
      if let path = try section.text("validation-tokens"),
        let node = section.node("validation-tokens")
      {
        held = try existing(path, folder, section, node)
      } else {
        held = nil
      }
      let path = try existing(try section.text(key) ?? "", folder, section, node)
      let bits = try section.whole("token-bits", in: 16...32)
      if let bits, DatasetDescription.TokenBits(rawValue: bits) == nil {
        throw section.failure("token-bits", "expected 16 or 32, found \(bits)")
      }
      return .tokens(
        path: path, validation: held,
        bits: bits.flatMap { DatasetDescription.TokenBits(rawValue: $0) })
    default:
      let path = try section.text(key) ?? ""
      if path == "toolchain" {
        if let key = ["include", "exclude"].first(where: { section.node($0) != nil }) {
          throw section.failure(key, "it chooses files of a folder, found text: toolchain")
        }
        return .toolchain
      }
      return .text(
        path: try existing(path, folder, section, node), files: try selection(section))
    }
  }

  private static func domains(
    _ section: YAMLSection, _ folder: String
  ) throws(StudyFileError) -> [DatasetDescription.Domain] {
    var domains: [DatasetDescription.Domain] = []
    for node in section.list("domains") ?? [] {
      let own = try YAMLSection(
        node, name: "corpus.domains", file: section.file,
        known: [
          "name", "text", "include", "exclude", "language", "knobs", "tokens", "share",
        ])
      guard let name = try own.text("name") else { throw own.failure(nil, "a name is missing") }
      let source: DatasetDescription.Source
      if let language = try own.text("language") {
        source = .language(name: language, knobs: try knobs(own))
      } else if let path = try own.text("text"), let node = own.node("text") {
        source =
          path == "toolchain"
          ? .toolchain
          : .text(path: try existing(path, folder, own, node), files: try selection(own))
      } else {
        throw own.failure(nil, "\(name): expected text or language")
      }
      domains.append(
        DatasetDescription.Domain(
          name: name, source: source,
          tokens: try own.whole("tokens", in: 1...1_000_000_000_000),
          share: try own.number("share", in: 1e-9...1e9)))
    }
    return domains
  }

  /// Which files of a folder are read: patterns, one or a list.
  private static func selection(_ section: YAMLSection) throws(StudyFileError) -> FileSelection {
    func patterns(_ key: String) throws(StudyFileError) -> [String] {
      var patterns: [String] = []
      for node in section.list(key) ?? [] {
        guard let pattern = node.scalar?.string, !pattern.isEmpty else {
          throw section.wrong(key, node, "a pattern such as \"*.py\"")
        }
        patterns.append(pattern)
      }
      return patterns
    }
    return FileSelection(include: try patterns("include"), exclude: try patterns("exclude"))
  }

  private static func knobs(_ section: YAMLSection) throws(StudyFileError) -> [String: Double] {
    guard let own = try section.section("knobs", known: nil) else { return [:] }
    var knobs: [String: Double] = [:]
    for key in own.keys { knobs[key] = try own.number(key) }
    return knobs
  }

  /// A path relative to the study file.
  private static func path(_ word: String, _ folder: String) -> String {
    let expanded = (word as NSString).expandingTildeInPath
    guard !expanded.hasPrefix("/"), !folder.isEmpty else { return expanded }
    return (folder as NSString).appendingPathComponent(expanded)
  }

  private static func existing(
    _ word: String, _ folder: String, _ section: YAMLSection, _ node: Node
  ) throws(StudyFileError) -> String {
    let path = path(word, folder)
    guard FileManager.default.fileExists(atPath: path) else {
      throw YAMLSection.failure(section.file, node, "there is no such file or folder: \(path)")
    }
    return path
  }
}
