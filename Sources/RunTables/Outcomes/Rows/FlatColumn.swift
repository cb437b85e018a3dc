/// One value a row, in memory of its own that is given back as soon as it is dropped.
///
/// Not an array: a worker writes rows of many columns side by side without checks of uniqueness,
/// and nothing is initialised twice.
final class FlatColumn<Value: BitwiseCopyable>: @unchecked Sendable {
  // Written by one worker, then only read.
  let base: UnsafeMutablePointer<Value>

  init(capacity: Int) { base = .allocate(capacity: max(capacity, 1)) }

  deinit { base.deallocate() }
}

struct OutcomeBlock: Sendable, ParsedBlock {
  /// The place of the block in the file, and the worker whose labels it uses.
  var index: Int
  var worker: Int
  var rows = 0
  var lineCount = 0
  /// The line, counted from the start of the block, of each row; empty while row r is on line r.
  var lines: [Int32] = []
  var error: TableError?

  var problem: FlatColumn<Int32>
  var attempt: FlatColumn<Int32>?
  var correct: FlatColumn<UInt8>
  var tokens: FlatColumn<Float>?
  var promptTokens: FlatColumn<Float>?
  var score: FlatColumn<Double>?
  /// The hash of the answer; 0 where missing.
  var answer: FlatColumn<UInt64>?
  /// 0 or 1; ``missingTruth`` where missing.
  var passes: FlatColumn<UInt8>?
  var stepCounts: FlatColumn<Int32>?
  var stepValues: [Float] = []
  /// −1 where missing.
  var round: FlatColumn<Int32>?
  var step: FlatColumn<Int32>?
  /// A label of the worker; −1 where missing.
  var stratum: FlatColumn<Int32>?
  var arm: FlatColumn<Int32>?
  /// Labels of the worker, one column for each of ``OutcomeSchema/labels``.
  var labels: [FlatColumn<Int32>]
  private(set) var capacity: Int

  static let missingTruth: UInt8 = 255

  init(index: Int, worker: Int, capacity: Int, schema: OutcomeSchema) {
    self.index = index
    self.worker = worker
    func column<Value>(_ name: OutcomeColumn) -> FlatColumn<Value>? {
      schema.contains(name) ? FlatColumn<Value>(capacity: capacity) : nil
    }
    problem = FlatColumn(capacity: capacity)
    correct = FlatColumn(capacity: capacity)
    attempt = column(.attempt)
    tokens = column(.tokens)
    promptTokens = column(.promptTokens)
    score = column(.score)
    answer = column(.answer)
    passes = column(.passes)
    stepCounts = column(.stepScores)
    round = column(.round)
    step = column(.step)
    stratum = column(.stratum)
    arm = schema.armColumns.isEmpty ? nil : FlatColumn(capacity: capacity)
    labels = schema.labels.map { _ in FlatColumn(capacity: capacity) }
    self.capacity = capacity
  }

  mutating func reserve(_ more: Int) {
    guard rows + more > capacity else { return }
    capacity = max(rows + more, 2 * capacity)
    let (filled, room) = (rows + 1, capacity)
    func grown<Value>(_ column: FlatColumn<Value>) -> FlatColumn<Value> {
      let larger = FlatColumn<Value>(capacity: room)
      larger.base.update(from: column.base, count: filled)
      return larger
    }
    problem = grown(problem)
    correct = grown(correct)
    attempt = attempt.map(grown)
    tokens = tokens.map(grown)
    promptTokens = promptTokens.map(grown)
    score = score.map(grown)
    answer = answer.map(grown)
    passes = passes.map(grown)
    stepCounts = stepCounts.map(grown)
    round = round.map(grown)
    step = step.map(grown)
    stratum = stratum.map(grown)
    arm = arm.map(grown)
    labels = labels.map(grown)
  }

  /// How many rows the lists of a text may add at most: room that is not touched costs nothing.
  static func listedRows(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    guard bytes.contains(UInt8(ascii: "[")) else { return 0 }
    return bytes.reduce(0) { $1 == UInt8(ascii: ",") ? $0 + 1 : $0 }
  }

  @inline(__always)
  mutating func endRow(line: Int) {
    if !lines.isEmpty || line != rows {
      if lines.isEmpty { lines = (0..<Int32(rows)).map { $0 } }
      lines.append(Int32(truncatingIfNeeded: line))
    }
    rows += 1
  }

  func line(ofRow row: Int) -> Int { lines.isEmpty ? row : Int(lines[row]) }
}

enum AttemptCode {
  /// Names that are not whole numbers are labels, counted from here.
  static let firstText = Int32.min
  static let least: Int32 = -(1 << 30)

  static func isText(_ code: Int32) -> Bool { code < least }

  /// The code of a number, if it is a whole one of moderate size.
  static func number(_ value: Double) -> Int32? {
    guard value >= Double(least), value <= Double(Int32.max), value == value.rounded(.towardZero)
    else { return nil }
    return Int32(value)
  }
}
