/// Which files of a folder are read.
public struct FileSelection: Codable, Sendable, Hashable {
  /// Patterns of which a file has to match one; none takes all files.
  public var include: [String]
  /// Patterns of which a file must match none.
  public var exclude: [String]

  /// A selection; the usual one takes everything.
  public init(include: [String] = [], exclude: [String] = []) {
    self.include = include
    self.exclude = exclude
  }

  /// Whether all files are taken.
  public var isEverything: Bool { include.isEmpty && exclude.isEmpty }

  /// The name of the first setting that is given.
  public var setting: String { include.isEmpty ? "exclude" : "include" }

  /// Throws ``TextCorpusError`` if a pattern matches nothing, or nothing is left.
  func files(of files: [String], folder: String) throws(TextCorpusError) -> [String] {
    func patterns(_ texts: [String], _ setting: String) throws(TextCorpusError) -> [GlobPattern] {
      let patterns = texts.map { GlobPattern($0) }
      for pattern in patterns where !files.contains(where: { pattern.matches($0) }) {
        let example = files.first.map { ", such as \($0)" } ?? ""
        throw TextCorpusError(
          source: folder,
          problem: "\"\(pattern.text)\" matches none of its \(files.count) files\(example)",
          setting: setting)
      }
      return patterns
    }
    let wanted = try patterns(include, "include")
    let unwanted = try patterns(exclude, "exclude")
    let chosen = files.filter { file in
      (wanted.isEmpty || wanted.contains { $0.matches(file) })
        && !unwanted.contains { $0.matches(file) }
    }
    guard !chosen.isEmpty || files.isEmpty else {
      throw TextCorpusError(
        source: folder, problem: "the patterns leave none of its \(files.count) files",
        setting: unwanted.isEmpty ? "include" : "exclude")
    }
    return chosen
  }
}
