internal import Files
internal import Foundation
internal import Reports

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

enum Console {
  /// Whether standard output is a terminal, where colour is welcome.
  static var isTerminal: Bool { isatty(1) == 1 }
  /// Whether standard error is a terminal, where progress is welcome.
  static var showsProgress: Bool { isatty(2) == 1 }

  /// The width of tables: that of the terminal if it says so, at most 120, else 80.
  static var width: Int {
    if let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init),
      columns >= 40
    {
      return min(columns, 120)
    }
    return 80
  }

  /// Prints to standard output; ends the process with status 74 where that fails, as on a full
  /// disk.
  static func print(_ text: String, terminator: String = "\n") {
    guard write(ShownText.block(text, isTerminal: isTerminal) + terminator, to: 1) else {
      _ = write("allometry: standard output cannot be written\n", to: 2)
      exit(CommandFailure.Status.inputOutput.rawValue)
    }
  }

  static func error(_ text: String) {
    _ = write(ShownText.block(text, isTerminal: true) + "\n", to: 2)
  }

  /// Replaces the progress line on standard error.
  static func progress(_ text: String) {
    guard showsProgress else { return }
    _ = write("\r\u{1B}[2K\(ShownText.block(text, isTerminal: true))", to: 2)
  }

  /// Draws a block of lines on standard error, escape sequences included.
  static func progress(block: String) {
    guard showsProgress else { return }
    _ = write(block, to: 2)
  }

  static func prompt(_ question: String) { _ = write(question, to: 2) }

  /// Prints bytes as they are, at once; ends the process with status 74 where that fails.
  static func print(bytes: [UInt8]) {
    guard write(isTerminal ? ShownText.bytes(bytes) : bytes, to: 1) else {
      _ = write("allometry: standard output cannot be written\n", to: 2)
      exit(CommandFailure.Status.inputOutput.rawValue)
    }
  }

  /// Writes all of a text to an open file; false where that fails.
  static func write(_ text: String, to descriptor: Int32) -> Bool {
    write(Array(text.utf8), to: descriptor)
  }

  private static func write(_ text: [UInt8], to descriptor: Int32) -> Bool {
    text.withUnsafeBytes { OpenFile.write($0, to: descriptor) == nil }
  }

  static var terminal: Terminal { Terminal(width: width, style: isTerminal ? .ansi : .plain) }

  /// Bold headings and faint lines on a terminal alone.
  static var style: TextTable.Style { terminal.style }

  static func table(
    _ columns: [TextTable.Column], overflow: TextTable.Overflow = .truncate
  ) -> TextTable { terminal.table(columns, overflow: overflow) }

  static func wrap(_ text: String) -> String { terminal.wrap(text) }

  static func show(_ table: TextTable) { print(terminal.render(table), terminator: "") }

  /// Prints a sentence in lines that fit the terminal.
  static func say(_ sentence: String) { print(wrap(sentence)) }

  static func warn(_ warnings: [String]) { for warning in warnings { say("Warning: \(warning)") } }

  static func print(json answer: some Encodable) throws { print(try jsonText(answer)) }
}
