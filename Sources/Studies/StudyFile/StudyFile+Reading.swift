internal import Files
internal import Foundation
internal import LanguageModels
internal import Quantities
internal import RunTables
internal import Training
internal import Treatments
internal import Yams

extension StudyFile {
  /// Reads a study file; throws ``StudyFileError`` with line and column.
  public init(contentsOf path: String) throws(StudyFileError) {
    guard let data = RegularFile.contents(atPath: path) else {
      throw StudyFileError(file: path, "the file cannot be read")
    }
    if let pointer = GitLFSPointer(data) {
      throw StudyFileError(file: path, pointer.problem)
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw StudyFileError(file: path, "the file is not UTF-8 text")
    }
    try self.init(
      text: text, name: path, folder: (path as NSString).deletingLastPathComponent)
  }

  /// Reads YAML that messages call `name`, with paths relative to a folder; throws
  /// ``StudyFileError`` with line and column.
  public init(text: String, name: String, folder: String = "") throws(StudyFileError) {
    let root = try Self.root(text, name)
    let keys = [
      "study", "question", "corpus", "model", "ladder", "recipe", "baseline", "treatments",
      "sampling", "laws", "target", "budget",
    ]
    let file = try YAMLSection(root, name: "", file: name, known: keys)
    self.folder = folder
    let fileName = ((name as NSString).lastPathComponent as NSString).deletingPathExtension
    self.name = try file.text("study") ?? fileName
    if let problem = Self.problem(withName: self.name) {
      throw file.failure("study", "the name \(problem)")
    }
    question = try file.text("question")
    corpus = try CorpusSection.read(file, folder: folder)
    model = try ModelSection(file)
    ladder = try LadderSection(file)
    recipe = try RecipeSection(file, lengths: ladder.lengths.count, rungs: ladder.count)
    baseline = try ArmSection.baseline(file)
    sampling = try SamplingSection.read(file)
    arms = try ArmSection.arms(file, after: baseline, mayBeNone: sampling != nil)
    laws = try Self.laws(file)
    target = try Self.target(file)
    budget = try Self.budget(file)
    if ladder.lengths.count > 1, recipe.schedule != .cooldown {
      throw file.failure(
        "recipe",
        "several lengths from one trunk need schedule: cooldown, found \(recipe.schedule.rawValue)")
    }
  }

  /// What keeps a text from being a name that files and terminals can carry; nil for nothing.
  static func problem(withName name: String) -> String? {
    if name.isEmpty { return "is empty" }
    if name.utf8.count > 100 { return "is longer than 100 bytes" }
    if name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      return "has a control character"
    }
    // Two names that look the same must be the same.
    if name.unicodeScalars.contains(where: {
      $0.properties.isDefaultIgnorableCodePoint
        || [.format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned]
          .contains($0.properties.generalCategory)
        || ($0.properties.isWhitespace && $0 != " ")
    }) {
      return "has a character that nobody sees, or a blank that is no space"
    }
    if name.hasPrefix(" ") || name.hasSuffix(" ") || name.contains("  ") {
      return "has a blank at an end, or two in a row"
    }
    if name.contains("/") || name.hasPrefix(".") {
      return "\(name) has a slash or begins with a dot: reports are files of that name"
    }
    return nil
  }

  private static func root(_ text: String, _ name: String) throws(StudyFileError) -> Node {
    do {
      guard let node = try Yams.compose(yaml: text) else {
        throw StudyFileError(file: name, "the file is empty; `allometry study new` writes one")
      }
      return node
    } catch let error as StudyFileError {
      throw error
    } catch let error as YamlError {
      switch error {
      case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        throw StudyFileError(
          file: name, line: mark.line, column: mark.column,
          "not YAML: \(problem)\(quoting(text, line: mark.line))")
      case .duplicatedKeysInMapping(let keys, let context):
        throw StudyFileError(
          file: name, line: context.mark.line, column: context.mark.column,
          "in what begins here the key \(keys.joined(separator: ", ")) is there twice")
      default:
        throw StudyFileError(file: name, "not YAML: \(error)")
      }
    } catch {
      throw StudyFileError(file: name, "not YAML: \(error)")
    }
  }

  /// What mends a line whose value begins with a sign that means something else in YAML.
  private static func quoting(_ text: String, line: Int) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.indices.contains(line - 1),
      let sign = lines[line - 1].firstMatch(of: /[:\-,\[] *([*!&%@`])/)?.1
    else { return "" }
    return "; a text that begins with \(sign) needs quotes"
  }

  private static func laws(_ file: YAMLSection) throws(StudyFileError) -> [String] {
    var laws: [String] = []
    for node in file.list("laws") ?? [] {
      guard let law = node.scalar?.string else { throw file.wrong("laws", node, "a law's name") }
      guard StudyLaws.names.contains(law) else {
        let hint = NearestName.hint(for: law, among: StudyLaws.names).map { "; \($0)" } ?? ""
        throw file.wrong(
          "laws", node, "one of \(StudyLaws.names.joined(separator: ", "))\(hint)")
      }
      laws.append(law)
    }
    return laws.isEmpty ? ["auto"] : laws
  }

  /// `1e16` or `1e16 FLOPs` is compute, `1B parameters` a size.
  private static func target(_ file: YAMLSection) throws(StudyFileError) -> Target? {
    guard let node = file.node("target") else { return nil }
    let expected = "a scale such as 1e16 FLOPs or 1B parameters"
    guard let text = node.scalar?.string else { throw file.wrong("target", node, expected) }
    let words = text.split(separator: " ").map(String.init)
    guard let first = words.first, let value = NumberReader.number(first, lowerCase: false),
      value > 0, words.count <= 2
    else { throw file.wrong("target", node, expected) }
    switch words.count == 2 ? words[1].lowercased() : "flops" {
    case "flops": return .compute(value)
    case "parameters": return .parameters(value)
    default: throw file.wrong("target", node, expected)
    }
  }

  private static func budget(_ file: YAMLSection) throws(StudyFileError) -> Double? {
    guard let node = file.node("budget") else { return nil }
    guard let text = node.scalar?.string, let seconds = NumberReader.seconds(text) else {
      throw file.wrong("budget", node, "a time such as 90s, 5m or 2h")
    }
    return seconds
  }
}

/// The laws that a study can fit to its arms.
public enum StudyLaws {
  /// Their names; `auto` stands for those that fit the shape of the ladder.
  public static let names = ["auto", "power", "power-constant", "chinchilla", "coupled", "kaplan"]
}

extension StudyFile.ModelSection {
  init(_ file: YAMLSection) throws(StudyFileError) {
    let section = try file.section(
      "model", known: ["preset", "context", "head-width", "tied-head", "qk-norm"])
    preset =
      try section?.choice("preset", of: ModelPreset.allCases.map(\.rawValue))
      .flatMap(ModelPreset.init) ?? .llama
    context = try section?.whole("context", in: 2...65_536)
    headWidth = try section?.whole("head-width", in: 1...1024)
    tiesEmbeddings = try section?.flag("tied-head") ?? true
    normalizesQueriesAndKeys = try section?.flag("qk-norm") ?? false
  }
}

extension StudyFile.LadderSection {
  /// The number of rungs.
  public var count: Int {
    switch sizes {
    case .shapes(let shapes): shapes.count
    case .parameters(let numbers): numbers.count
    case .count(let count): count
    }
  }

  init(_ file: YAMLSection) throws(StudyFileError) {
    let keys = [
      "sizes", "parameters", "rungs", "tokens-per-parameter", "tokens", "lengths", "seeds", "match",
    ]
    guard let section = try file.section("ladder", known: keys) else {
      throw file.failure(nil, "the section ladder is missing")
    }
    sizes = try Self.sizes(section)
    let ratio = try section.number("tokens-per-parameter", in: 0.01...1e6)
    tokens = try section.whole("tokens", in: 1...1_000_000_000_000)
    if ratio != nil, tokens != nil {
      throw section.failure("tokens", "expected tokens or tokens-per-parameter, found both")
    }
    tokensPerParameter = tokens == nil ? ratio ?? 20 : nil
    lengths = try Self.lengths(section)
    seeds = try Self.seeds(section)
    match =
      try section.choice("match", of: Match.allCases.map(\.rawValue)).flatMap(Match.init)
      ?? .tokens
  }

  private static func sizes(_ section: YAMLSection) throws(StudyFileError) -> Sizes {
    let given = ["sizes", "parameters", "rungs"].filter { section.node($0) != nil }
    guard given.count == 1, let key = given.first, let nodes = section.list(key), !nodes.isEmpty
    else {
      throw section.failure(
        given.last,
        "expected one of sizes (such as [2x64, 4x128]), parameters (such as [100k, 1M]) or rungs "
          + "(a number, with a budget), found \(given.isEmpty ? "none" : given.joined(separator: " and "))"
      )
    }
    switch key {
    case "rungs":
      return .count(try section.whole("rungs", in: 1...64) ?? 5)
    case "parameters":
      var numbers: [Int] = []
      for node in nodes {
        let number = try section.whole(node, key, in: 100...1_000_000_000_000)
        guard numbers.last.map({ $0 < number }) ?? true else {
          throw section.wrong(key, node, "ascending numbers")
        }
        numbers.append(number)
      }
      return .parameters(numbers)
    default:
      var shapes: [Shape] = []
      for node in nodes {
        let parts = (node.scalar?.string ?? "").lowercased().split(separator: "x").map { Int($0) }
        guard parts.count == 2, let layers = parts[0], let width = parts[1],
          (1...1024).contains(layers), (1...65_536).contains(width)
        else { throw section.wrong(key, node, "layers and width, such as 4x128") }
        let shape = Shape(layers: layers, width: width)
        guard !shapes.contains(shape) else {
          throw section.wrong(key, node, "different sizes, each once")
        }
        shapes.append(shape)
      }
      return .shapes(shapes)
    }
  }

  private static func lengths(_ section: YAMLSection) throws(StudyFileError) -> [Double] {
    guard let nodes = section.list("lengths") else { return [1] }
    var lengths: [Double] = []
    for node in nodes {
      let length = try section.number(node, "lengths", in: 0.001...1)
      guard lengths.last.map({ $0 < length }) ?? true else {
        throw section.wrong("lengths", node, "ascending shares of the whole length")
      }
      lengths.append(length)
    }
    guard lengths.last == 1, lengths.count <= 16 else {
      throw section.failure(
        "lengths", "expected up to 16 shares of which the last is 1, such as [0.25, 0.5, 1]")
    }
    return lengths
  }

  /// A number of seeds, or the seeds themselves.
  private static func seeds(_ section: YAMLSection) throws(StudyFileError) -> [UInt64] {
    guard let node = section.node("seeds") else { return [0, 1] }
    guard let list = section.list("seeds"), node.sequence != nil else {
      let count = try section.whole("seeds", in: 1...1000) ?? 1
      return (0..<UInt64(count)).map { $0 }
    }
    var seeds: [UInt64] = []
    for node in list {
      let seed = UInt64(try section.whole(node, "seeds", in: 0...1_000_000_000))
      guard !seeds.contains(seed) else { throw section.wrong("seeds", node, "each seed once") }
      seeds.append(seed)
    }
    guard !seeds.isEmpty else { throw section.failure("seeds", "expected at least one seed") }
    return seeds
  }
}

extension StudyFile.RecipeSection {
  init(_ file: YAMLSection, lengths: Int, rungs: Int) throws(StudyFileError) {
    let keys = [
      "batch", "optimizer", "learning-rate", "sweep", "schedule", "warmup", "decay", "weight-decay",
      "clip", "z-loss", "evaluation-tokens",
    ]
    let section = try file.section("recipe", known: keys)
    batch = try section?.whole("batch", in: 1...65_536) ?? 16
    optimizer =
      try section?.choice("optimizer", of: OptimizerName.allCases.map(\.rawValue))
      .flatMap(OptimizerName.init) ?? .muon
    schedule =
      try section?.choice("schedule", of: ScheduleName.allCases.map(\.rawValue))
      .flatMap(ScheduleName.init) ?? (lengths > 1 ? .cooldown : .linear)
    warmup = try section?.number("warmup", in: 0...0.9) ?? 0.1
    decay = try section?.number("decay", in: 0.01...1) ?? 0.2
    weightDecay = try section?.number("weight-decay", in: 0...1e3)
    clip = try section?.number("clip", in: 0...1e9) ?? 1
    zLoss = try section?.number("z-loss", in: 0...1e3) ?? 0
    evaluationTokens = try section?.whole("evaluation-tokens", in: 1...1_000_000_000) ?? 131_072
    if warmup + decay > 1 {
      throw (section ?? file).failure(
        "warmup", "warm-up and decay together are longer than a run: \(warmup) and \(decay)")
    }
    var rates: [Double] = []
    if let section, let nodes = section.list("learning-rate") {
      for node in nodes {
        let rate = try section.number(node, "learning-rate", in: 1e-9...1e3)
        guard rates.last.map({ $0 < rate }) ?? true else {
          throw section.wrong("learning-rate", node, "ascending rates")
        }
        rates.append(rate)
      }
    }
    learningRates = rates.isEmpty ? [optimizer.usualLearningRate] : rates
    sweep = try Self.sweep(section, rungs: rungs)
    if let section, section.node("sweep") != nil, learningRates.count < 2 {
      throw section.failure("sweep", "expected several rates under learning-rate, found one")
    }
  }

  private static func sweep(
    _ section: YAMLSection?, rungs: Int
  ) throws(StudyFileError) -> Sweep {
    guard let section, let node = section.node("sweep") else { return .everyRung }
    let text = node.scalar?.string ?? ""
    if text == "every-rung" { return .everyRung }
    let words = text.split(separator: " ")
    guard words.count == 2, words[0] == "rung", let rung = Int(words[1]), (1...rungs).contains(rung)
    else { throw section.wrong("sweep", node, "every-rung, or rung 1 to rung \(rungs)") }
    return .rung(rung - 1)
  }
}
