internal import Foundation
internal import Quantities
internal import RunTables

/// Checks of single options, said with the option's name.
enum OptionCheck {
  /// One of several words, or the nearest of them in the message.
  static func choice<Choice: RawRepresentable & CaseIterable>(
    _ word: String, _ type: Choice.Type = Choice.self, option: String
  ) throws -> Choice where Choice.RawValue == String {
    if let choice = Choice(rawValue: word) { return choice }
    throw unknown(word, among: Choice.allCases.map(\.rawValue), option: option)
  }

  /// What is said about a word that is none of those known.
  static func unknown(_ word: String, among known: [String], option: String) -> CommandFailure {
    let hint = NearestName.hint(for: word, among: known).map { "\($0) " } ?? ""
    return CommandFailure(
      .usage,
      "\(option): found \"\(word)\"; \(hint)expected one of \(known.joined(separator: ", "))")
  }

  static func positive(_ value: Double?, option: String) throws {
    guard let value, !(value > 0 && value.isFinite) else { return }
    throw CommandFailure(.usage, "\(option): found \(value), expected a number above 0")
  }

  static func nonnegative(_ value: Double?, option: String) throws {
    guard let value, !(value >= 0 && value.isFinite) else { return }
    throw CommandFailure(.usage, "\(option): found \(value), expected a number from 0 up")
  }

  /// A number between zero and one, ends excluded.
  static func share(_ value: Double, option: String) throws {
    guard value > 0, value < 1 else {
      throw CommandFailure(.usage, "\(option): found \(value), expected a number between 0 and 1")
    }
  }

  /// The coverage of an interval, more than an even chance.
  static func coverage(_ level: Double, option: String = "--level") throws {
    guard level > 0.5, level < 1 else {
      throw CommandFailure(
        .usage, "\(option): found \(level), expected a number between 0.5 and 1")
    }
  }

  /// A whole number from some number up.
  static func atLeast(_ least: Int, _ value: Int?, option: String) throws {
    guard let value, value < least else { return }
    throw CommandFailure(.usage, "\(option): found \(value), expected \(least) or more")
  }

  /// A whole number of things, with the units k, M and B.
  static func count(_ text: String, option: String) throws -> Int {
    let number = try NameList.number(text, option: option)
    guard number >= 1, number <= 1e15 else {
      throw CommandFailure(.usage, "\(option): found \(text), expected a number of at least 1")
    }
    return Int(number.rounded())
  }

  /// A time such as 90, 90s, 3m or 1.5h, in seconds.
  static func seconds(_ text: String, option: String) throws -> Double {
    guard let seconds = NumberReader.seconds(text) else {
      throw CommandFailure(
        .usage, "\(option): found \"\(text)\", expected a time such as 90s, 3m or 1.5h")
    }
    return seconds
  }

  /// A file or folder that is there.
  static func exists(_ path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      throw CommandFailure(.missingInput, "\(path): there is no such file or folder")
    }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw CommandFailure(.missingInput, "\(path): cannot be read")
    }
  }
}
