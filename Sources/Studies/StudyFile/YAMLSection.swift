internal import Quantities
internal import Yams

/// A mapping of a study file, read key by key so that nothing is passed over in silence.
struct YAMLSection {
  let file: String
  /// The dotted name of the section, for messages; empty for the whole file.
  let name: String
  private let node: Node
  private let mapping: Node.Mapping

  /// Opens a mapping under the dotted name of its section, with the keys it may have; nil for any.
  init(_ node: Node, name: String, file: String, known: [String]?) throws(StudyFileError) {
    self.file = file
    self.name = name
    self.node = node
    guard let mapping = node.mapping else {
      throw Self.failure(
        file, node,
        "\(name.isEmpty ? "the file" : name): expected keys and values, found "
          + Self.kind(node))
    }
    self.mapping = mapping
    var seen = Set<String>()
    for (key, _) in mapping {
      guard let word = key.scalar?.string else {
        throw Self.failure(file, key, "expected a key, found \(Self.kind(key))")
      }
      guard seen.insert(word).inserted else {
        throw Self.failure(file, key, "the key \(word) is there twice")
      }
      guard let known, !known.contains(word) else { continue }
      let hint = NearestName.hint(for: word, among: known).map { "; \($0)" } ?? ""
      throw Self.failure(
        file, key,
        "there is no key \(word)\(name.isEmpty ? "" : " in \(name)")\(hint) "
          + "(known: \(known.joined(separator: ", ")))")
    }
  }

  /// The keys that are there, in their order.
  var keys: [String] { mapping.compactMap { $0.key.scalar?.string } }

  /// The node under a key; nil where it is absent or null.
  func node(_ key: String) -> Node? {
    guard let value = mapping.first(where: { $0.key.scalar?.string == key })?.value,
      !Self.isNull(value)
    else { return nil }
    return value
  }

  func section(_ key: String, known: [String]?) throws(StudyFileError) -> YAMLSection? {
    guard let node = node(key) else { return nil }
    return try YAMLSection(node, name: place(key), file: file, known: known)
  }

  func text(_ key: String) throws(StudyFileError) -> String? {
    guard let node = node(key) else { return nil }
    guard let scalar = node.scalar else { throw wrong(key, node, "a text") }
    return scalar.string
  }

  func choice(_ key: String, of words: [String]) throws(StudyFileError) -> String? {
    guard let node = node(key) else { return nil }
    guard let word = node.scalar?.string, words.contains(word) else {
      let found = node.scalar?.string ?? ""
      let hint = NearestName.hint(for: found, among: words).map { "; \($0)" } ?? ""
      throw wrong(key, node, "one of \(words.joined(separator: ", "))\(hint)")
    }
    return word
  }

  /// A number under a key, perhaps with k, M, B or T.
  func number(
    _ key: String,
    in range: ClosedRange<Double> = -Double
      .greatestFiniteMagnitude...Double
      .greatestFiniteMagnitude
  ) throws(StudyFileError) -> Double? {
    guard let node = node(key) else { return nil }
    return try number(node, key, in: range)
  }

  /// A whole number under a key, perhaps with k, M or B.
  func whole(_ key: String, in range: ClosedRange<Int>) throws(StudyFileError) -> Int? {
    guard let node = node(key) else { return nil }
    return try whole(node, key, in: range)
  }

  func flag(_ key: String) throws(StudyFileError) -> Bool? {
    guard let node = node(key) else { return nil }
    guard let flag = node.bool else { throw wrong(key, node, "true or false") }
    return flag
  }

  /// The elements of a list under a key; a single value counts as a list of one.
  func list(_ key: String) -> [Node]? {
    guard let node = node(key) else { return nil }
    return node.sequence.map(Array.init) ?? [node]
  }

  func number(
    _ node: Node, _ key: String, in range: ClosedRange<Double>
  ) throws(StudyFileError) -> Double {
    guard let text = node.scalar?.string, let value = NumberReader.number(text, lowerCase: false)
    else {
      throw wrong(key, node, "a number")
    }
    guard range.contains(value) else {
      throw wrong(
        key, node,
        "a number from \(NumberFormat.shortest(range.lowerBound)) to \(NumberFormat.shortest(range.upperBound))"
      )
    }
    return value
  }

  func whole(
    _ node: Node, _ key: String, in range: ClosedRange<Int>
  ) throws(StudyFileError) -> Int {
    let value = try? number(
      node, key, in: Double(range.lowerBound)...Double(range.upperBound))
    guard let value, let whole = Int(exactly: value) else {
      throw wrong(key, node, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return whole
  }

  func wrong(_ key: String, _ node: Node, _ expected: String) -> StudyFileError {
    Self.failure(
      file, node, "\(place(key)): expected \(expected), found \(Self.kind(node))")
  }

  /// A failure at a key, or at the section where the key is absent.
  func failure(_ key: String?, _ problem: String) -> StudyFileError {
    let at = key.flatMap { key in
      mapping.first { $0.key.scalar?.string == key }?.key
    }
    let place = key.map(place) ?? name
    return Self.failure(file, at ?? node, place.isEmpty ? problem : "\(place): \(problem)")
  }

  /// The dotted name of a key.
  func place(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

  static func failure(_ file: String, _ node: Node, _ problem: String) -> StudyFileError {
    StudyFileError(file: file, line: node.mark?.line, column: node.mark?.column, problem)
  }

  private static func isNull(_ node: Node) -> Bool {
    guard let scalar = node.scalar else { return false }
    return scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
  }

  private static func kind(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : "\"\(scalar.string)\""
    case .mapping: "keys and values"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }
}
