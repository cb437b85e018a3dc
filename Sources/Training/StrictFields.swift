/// The keys of one object of a recipe, read so that nothing is passed over in silence.
struct StrictFields {
  private let container: KeyedDecodingContainer<AnyKey>
  private let path: [String]

  /// Opens an object. `known` is the keys it may have; nil for any.
  ///
  /// - Throws: ``TrainingError`` that names an unknown key and the known one nearest to it.
  init(_ decoder: any Decoder, known: [String]? = nil) throws {
    path = decoder.codingPath.map(\.stringValue)
    do {
      container = try decoder.container(keyedBy: AnyKey.self)
    } catch is DecodingError {
      throw TrainingError(
        .badSetting, path.isEmpty ? nil : path.joined(separator: "."), "expected an object")
    }
    guard let known else { return }
    let unknown = container.allKeys.map(\.stringValue).filter { !known.contains($0) }.sorted()
    guard let first = unknown.first else { return }
    let hint =
      NearestKey.nearest(to: first, among: known).map { "did you mean \($0)?" }
      ?? "known are \(known.joined(separator: ", "))"
    throw TrainingError(.badSetting, place(first), "there is no such key; \(hint)")
  }

  /// A value that may be absent.
  func value<Value: Decodable>(_ key: String, default value: Value) throws -> Value {
    try optional(key) ?? value
  }

  /// Replaces a value by what the key says, if it is there.
  func read<Value: Decodable>(_ key: String, into value: inout Value) throws {
    value = try self.value(key, default: value)
  }

  /// A value that must be there.
  func value<Value: Decodable>(_ key: String) throws -> Value {
    guard let value: Value = try optional(key) else {
      throw TrainingError(.badSetting, place(key), "this key is missing")
    }
    return value
  }

  /// A value, or nil where it is absent or null.
  func optional<Value: Decodable>(_ key: String) throws -> Value? {
    do {
      return try container.decodeIfPresent(Value.self, forKey: AnyKey(key))
    } catch let error as TrainingError {
      throw error
    } catch {
      // Whatever the decoder calls it, the value is not of the type.
      throw TrainingError(.badSetting, place(key), "expected \(Self.expected(Value.self))")
    }
  }

  /// Whether a key is there.
  func contains(_ key: String) -> Bool { container.contains(AnyKey(key)) }

  /// One of several words.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, default value: Choice? = nil
  ) throws -> Choice where Choice.RawValue == String {
    guard let word: String = try optional(key) else {
      if let value { return value }
      throw TrainingError(.badSetting, place(key), "this key is missing")
    }
    if let choice = Choice(rawValue: word) { return choice }
    let known = Choice.allCases.map(\.rawValue)
    let hint = NearestKey.nearest(to: word, among: known).map { "did you mean \($0)? " } ?? ""
    throw TrainingError(
      .badSetting, place(key),
      "found \(word); \(hint)expected one of \(known.joined(separator: ", "))")
  }

  /// The word under `kind`.
  func kind<Kind: RawRepresentable & CaseIterable>(
    _ type: Kind.Type
  ) throws -> Kind where Kind.RawValue == String { try choice("kind") }

  private func place(_ key: String) -> String { (path + [key]).joined(separator: ".") }

  private static func expected(_ type: any Any.Type) -> String {
    switch type {
    case is Int.Type, is UInt64.Type: "a whole number"
    case is Double.Type: "a number"
    case is Bool.Type: "true or false"
    case is String.Type: "a text"
    case is [Int].Type: "a list of whole numbers"
    default: "an object"
    }
  }
}

/// Any word as a key.
struct AnyKey: CodingKey, ExpressibleByStringLiteral {
  let stringValue: String
  var intValue: Int? { nil }
  init(_ word: String) { stringValue = word }
  init(stringLiteral word: String) { stringValue = word }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { return nil }
}

/// The known word that a misspelt one was probably meant to be.
enum NearestKey {
  /// The word with the fewest edits, letter case apart; nil if more than a third would change.
  static func nearest(to word: String, among words: [String]) -> String? {
    let wanted = Array(word.lowercased().unicodeScalars.prefix(64))
    let best = words.map { ($0, edits(wanted, Array($0.lowercased().unicodeScalars))) }
      .min { $0.1 < $1.1 }
    guard let (nearest, distance) = best, distance <= max(2, nearest.count / 3) else { return nil }
    return nearest
  }

  /// Levenshtein distance by rows.
  private static func edits(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
        diagonal = above
      }
    }
    return row[b.count]
  }
}
