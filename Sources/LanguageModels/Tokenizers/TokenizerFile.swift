internal import Foundation

/// The parts of a Hugging Face `tokenizer.json` as they stand in the file.
struct TokenizerFile: Decodable {
  struct AddedToken: Decodable {
    var id: Int32
    var content: String
    var single_word: Bool?
    var lstrip: Bool?
    var rstrip: Bool?
    var normalized: Bool?
    var special: Bool?
  }

  /// `"a b"` in older files, `["a", "b"]` in newer ones.
  struct Merge: Decodable {
    var left: String
    var right: String

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        let scalars = text.unicodeScalars
        guard let space = scalars.firstIndex(of: " "),
          !scalars[scalars.index(after: space)...].contains(" ")
        else {
          throw DecodingError.dataCorrupted(
            DecodingError.Context(
              codingPath: decoder.codingPath, debugDescription: "\"\(text)\" is not two tokens"))
        }
        left = String(scalars[..<space])
        right = String(scalars[scalars.index(after: space)...])
      } else {
        let pair = try decoder.singleValueContainer().decode([String].self)
        guard pair.count == 2 else {
          throw DecodingError.dataCorrupted(
            DecodingError.Context(
              codingPath: decoder.codingPath, debugDescription: "\(pair.count) tokens, not two"))
        }
        (left, right) = (pair[0], pair[1])
      }
    }
  }

  struct Model: Decodable {
    var type: String?
    var dropout: Double?
    var continuing_subword_prefix: String?
    var end_of_word_suffix: String?
    var byte_fallback: Bool?
    var ignore_merges: Bool?
    var vocab: [String: Int32]
    var merges: [Merge]
  }

  /// What is asked of the model before its vocabulary, whose shape other types do not share.
  struct ModelType: Decodable {
    struct Model: Decodable { var type: String? }
    var model: Model?
  }

  var truncation: JSONValue?
  var padding: JSONValue?
  var added_tokens: [AddedToken]?
  var normalizer: JSONValue?
  var pre_tokenizer: JSONValue?
  var post_processor: JSONValue?
  var decoder: JSONValue?
  var model: Model

  /// Reads the parts.
  ///
  /// - Throws: ``TokenizerError`` naming the first field that is not as it should be.
  static func parts(of json: Data, source: String) throws(TokenizerError) -> TokenizerFile {
    do {
      let type = try JSONDecoder().decode(ModelType.self, from: json).model?.type
      guard type == "BPE" || type == nil else {
        throw TokenizerError(
          source: source, field: "model.type", found: "\"\(type ?? "")\"", expected: "\"BPE\"")
      }
      return try JSONDecoder().decode(TokenizerFile.self, from: json)
    } catch let error as TokenizerError {
      throw error
    } catch {
      throw translated(error, source: source)
    }
  }

  private static func translated(_ error: any Error, source: String) -> TokenizerError {
    func path(_ keys: [any CodingKey]) -> String {
      keys.isEmpty
        ? "the file"
        : keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
    guard let error = error as? DecodingError else {
      return TokenizerError(
        source: source, field: "the file", found: "\(error)", expected: "JSON")
    }
    switch error {
    case .keyNotFound(let key, let context):
      return TokenizerError(
        source: source, field: path(context.codingPath + [key]), found: "nothing",
        expected: "this field of a tokenizer.json with a BPE model")
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return TokenizerError(
        source: source, field: path(context.codingPath), found: "another type of value",
        expected: "\(type)")
    case .dataCorrupted(let context):
      let isWholeFile = context.codingPath.isEmpty
      return TokenizerError(
        source: source, field: path(context.codingPath),
        found: isWholeFile ? "text that is not JSON" : context.debugDescription,
        expected: isWholeFile ? "a Hugging Face tokenizer.json" : "a well-formed value")
    @unknown default:
      return TokenizerError(
        source: source, field: "the file", found: "\(error)", expected: "JSON")
    }
  }
}

/// Any JSON value; for the small parts of a file whose shape depends on their type.
enum JSONValue: Decodable, Hashable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  subscript(key: String) -> JSONValue {
    if case .object(let members) = self { return members[key] ?? .null }
    return .null
  }

  var text: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  var items: [JSONValue]? {
    if case .array(let items) = self { return items }
    return nil
  }

  /// How an error message shows the value: short values whole, others by their kind.
  var shown: String {
    switch self {
    case .null: "nothing"
    case .bool(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let text): "\"\(text)\""
    case .array(let items): "a list of \(items.count)"
    case .object: self["type"].text.map { "type \"\($0)\"" } ?? "an object"
    }
  }
}
