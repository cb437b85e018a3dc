internal import LanguageModels

/// Draws the tokens of one sequence until a limit, the end of text, or a text to stop after, which may
/// end in the middle of a token.
struct Continuation {
  var rule: SamplingRule
  /// The number of tokens at most.
  var limit: Int
  /// Texts that end the sequence.
  var stops: [[UInt8]]
  /// Names the draws, together with the index of the prompt.
  var seed: UInt64
  var index: Int

  /// Continues a prompt.
  ///
  /// - Returns: the number of tokens drawn.
  func run(_ prompt: [Int32], in session: DecodingSession<Float>, writer: TokenWriter) -> Int {
    var text = StopText(stops, writer: writer)
    let generation = Generation(
      rule: rule, tokenLimit: limit, stopTokens: Set([writer.endOfText].compactMap { $0 }),
      seed: seed)
    return generation.run([prompt], firstIndex: index, in: session) { text.goesOn($1) }[0].count
  }
}

/// Hands tokens to a writer until a text to stop after stands in what was written.
struct StopText {
  let stops: [[UInt8]]
  let writer: TokenWriter
  private var tail: [UInt8] = []

  init(_ stops: [[UInt8]], writer: TokenWriter) {
    self.stops = stops
    self.writer = writer
  }

  /// Writes a token unless it ends the text; whether the text goes on.
  mutating func goesOn(_ token: Int32) -> Bool {
    if token == writer.endOfText { return false }
    let bytes = writer.write(token)
    let longest = stops.map(\.count).max() ?? 0
    tail = (tail + bytes).suffix(longest + bytes.count)
    return !stops.contains { Self.contains(tail, $0) }
  }

  /// Whether some bytes stand anywhere in others.
  static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    guard !part.isEmpty, text.count >= part.count else { return false }
    return (0...text.count - part.count).contains { text[$0...].starts(with: part) }
  }
}

/// Prints tokens one by one, as text or as numbers.
final class TokenWriter {
  private let tokenizer: (any Tokenizer)?
  private var isFirst = true

  init(tokenizer: (any Tokenizer)?) { self.tokenizer = tokenizer }

  /// The token that ends a text.
  var endOfText: Int32? { tokenizer?.endOfText }

  func show(_ prompt: String) {
    guard tokenizer != nil else { return }
    Console.print(bytes: Array(prompt.utf8))
  }

  /// Prints a token.
  ///
  /// - Returns: the bytes that it stands for.
  func write(_ token: Int32) -> [UInt8] {
    guard let tokenizer else {
      Console.print(isFirst ? "\(token)" : ",\(token)", terminator: "")
      isFirst = false
      return []
    }
    var bytes: [UInt8] = []
    tokenizer.appendBytes(of: token, to: &bytes)
    // A character cut in two comes whole once its second half is printed.
    if !bytes.isEmpty { Console.print(bytes: bytes) }
    return bytes
  }
}
