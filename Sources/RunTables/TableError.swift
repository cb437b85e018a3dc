/// One thing that is wrong with a table, a filter or a column map, said in one sentence.
///
/// The parts are kept apart so that a program can use them; ``description`` puts them together as
/// `runs.csv:17: column loss: found "abc", expected a number`.
public struct TableError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of mistake it is, named after the exit codes of `sysexits.h`.
  public enum Code: Int32, Sendable, Hashable, CaseIterable {
    /// The request itself is malformed (filter, map, name of an absent column): 64.
    case usage = 64
    /// The file was read and its content is wrong: 65.
    case badData = 65
    /// The file does not exist or may not be read: 66.
    case missingFile = 66
    /// Reading or writing failed half-way: 74.
    case inputOutput = 74
  }

  /// The kind of mistake; its raw value is the exit status.
  public var code: Code
  /// The file name, or the text of the filter or map that was parsed.
  public var source: String
  /// The 1-based line in the file, where one is to blame.
  public var line: Int?
  /// The name of the column, or for filters and maps `character N`.
  public var column: String?
  /// What was found; cell contents stand in double quotes.
  public var found: String
  /// What would have been accepted.
  public var expected: String
  /// A suggestion such as the nearest existing column, as a clause of its own.
  public var hint: String?

  /// Puts an error together from its parts.
  public init(
    _ code: Code, source: String, line: Int? = nil, column: String? = nil, found: String,
    expected: String, hint: String? = nil
  ) {
    self.code = code
    self.source = source
    self.line = line
    self.column = column
    self.found = found
    self.expected = expected
    self.hint = hint
  }

  /// The whole error as one sentence: place, what was found, what was expected, suggestion.
  public var description: String {
    var text = source
    if let line { text += ":\(line)" }
    if let column {
      text += column.hasPrefix("character ") ? ": \(column)" : ": column \(column)"
    }
    text += ": found \(found), expected \(expected)"
    if let hint { text += "; \(hint)" }
    return text
  }
}

extension TableError {
  /// A piece of input in double quotes, shortened and with control characters made visible.
  static func quoted(_ text: String) -> String {
    var shown = ""
    var count = 0
    for scalar in text.unicodeScalars {
      if count == 60 {
        shown += "…"
        break
      }
      count += 1
      switch scalar {
      case "\n": shown += "\\n"
      case "\r": shown += "\\r"
      case "\t": shown += "\\t"
      default:
        if scalar.value < 32 || scalar.value == 127 {
          shown += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          shown.unicodeScalars.append(scalar)
        }
      }
    }
    return "\"\(shown)\""
  }
}
