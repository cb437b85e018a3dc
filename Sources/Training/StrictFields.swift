internal import Quantities

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
      NearestName.hint(for: first, among: known)
      ?? "known are \(known.joined(separator: ", "))"
    throw TrainingError(.badSetting, place(first), "there is no such key; \(hint)")
  }

  func value<Value: Decodable>(_ key: String, default value: Value) throws -> Value {
    try optional(key) ?? value
  }

  /// Replaces a value by what the key says, if it is there.
  func read<Value: Decodable>(_ key: String, into value: inout Value) throws {
    value = try self.value(key, default: value)
  }

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

  func contains(_ key: String) -> Bool { container.contains(AnyKey(key)) }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, default value: Choice? = nil
  ) throws -> Choice where Choice.RawValue == String {
    guard let word: String = try optional(key) else {
      if let value { return value }
      throw TrainingError(.badSetting, place(key), "this key is missing")
    }
    if let choice = Choice(rawValue: word) { return choice }
    let known = Choice.allCases.map(\.rawValue)
    let hint = NearestName.hint(for: word, among: known).map { "\($0) " } ?? ""
    throw TrainingError(
      .badSetting, place(key),
      "found \(word); \(hint)expected one of \(known.joined(separator: ", "))")
  }

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

struct AnyKey: CodingKey, ExpressibleByStringLiteral {
  let stringValue: String
  var intValue: Int? { nil }
  init(_ word: String) { stringValue = word }
  init(stringLiteral word: String) { stringValue = word }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { return nil }
}
