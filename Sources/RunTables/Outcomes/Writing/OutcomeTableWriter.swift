import Files
import Foundation
import Synchronization

/// Writes a table of outcomes as CSV while its attempts come.
///
/// The header is written at once. Rows are kept in memory by the 64 KB; ``finish()`` writes the last
/// of them, and must be called. Rows may be written from several threads, and stand in the file in
/// the order of the calls. What was written before an error stays in the file.
public final class OutcomeTableWriter: Sendable {
  private struct State {
    var rows: OutcomeRowText
    var descriptor: Int32
    var isOpen = true
  }

  private let state: Mutex<State>
  private let path: String
  private let keyCount: Int
  private let columns: [OutcomeColumn]
  private let constants: [String]

  /// Creates the file (`-` is standard output), or empties it, and writes the header: arm columns,
  /// `problem`, `attempt`, `correct`, the given columns, and constants of a whole arm such as
  /// `n_params`.
  ///
  /// Arm columns that are not among ``OutcomeColumn/armColumns`` must be named in
  /// ``OutcomeOptions/by`` to be read back as such.
  ///
  /// - Throws: ``TableError`` (I/O) when the file cannot be made or written.
  public init(
    path: String, armColumns: [String] = [], columns: Set<OutcomeColumn> = [],
    constants: [String] = []
  ) throws(TableError) {
    let descriptor =
      path == "-" ? 1 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.failed(path) }
    var rows = OutcomeRowText(armColumns: armColumns, columns: columns, constants: constants)
    rows.header()
    self.path = path
    keyCount = armColumns.count
    self.columns = rows.columns
    self.constants = constants
    state = Mutex(State(rows: rows, descriptor: descriptor))
    try withState { (state) throws(TableError) in try self.flush(&state) }
  }

  deinit { state.withLock { Self.close(&$0) } }

  /// Writes one attempt. Of what it records, columns the writer does not have are passed over.
  ///
  /// - Throws: ``TableError``: a label that would be read as missing (blank, `NA`, …) (64), or a
  ///   failed write such as one to a full disk (74).
  public func write(
    key: [String] = [], problem: String, attempt: Int, outcome: OutcomeAttempt,
    stratum: String? = nil, constants: [String: Double] = [:]
  ) throws(TableError) {
    precondition(key.count == keyCount, "\(key.count) parts of a key of \(keyCount)")
    try OutcomeTable.checkLabel(problem, source: path)
    try withState { (state) throws(TableError) in
      state.rows.beginRow(key: key, problem: problem, attempt: attempt, correct: outcome.correct)
      for column in self.columns {
        switch column {
        case .problem, .attempt, .correct, .rightCount, .attemptCount: break
        case .tokens: state.rows.cell(single: outcome.tokens.map { Float($0) })
        case .promptTokens: state.rows.cell(single: outcome.promptTokens.map { Float($0) })
        case .score: state.rows.cell(number: outcome.score)
        case .answer: state.rows.cell(text: outcome.answer)
        case .passes: state.rows.cell(whole: outcome.passes.map { $0 ? 1 : 0 })
        case .stepScores:
          state.rows.cell(stepScores: (outcome.stepScores ?? []).map { Float($0) })
        case .round: state.rows.cell(whole: outcome.round)
        case .step: state.rows.cell(whole: outcome.step)
        case .stratum: state.rows.cell(text: stratum)
        }
      }
      for name in self.constants { state.rows.cell(number: constants[name]) }
      state.rows.endRow()
      if state.rows.bytes.count >= 1 << 16 { try self.flush(&state) }
    }
  }

  /// Writes all attempts of an arm, by default under its own key; throws as for one attempt.
  public func write(_ arm: OutcomeArm, key: [String]? = nil) throws(TableError) {
    let key = key ?? arm.key
    precondition(key.count == keyCount, "\(key.count) parts of a key of \(keyCount)")
    for problem in arm.problems.indices {
      try OutcomeTable.checkLabel(arm.problems[problem], source: path)
      try withState { (state) throws(TableError) in
        for row in arm.rows(ofProblem: problem) {
          state.rows.append(arm, key: key, problem: problem, row: row)
          if state.rows.bytes.count >= 1 << 16 { try self.flush(&state) }
        }
      }
    }
  }

  /// Writes what is left and closes the file.
  ///
  /// - Throws: ``TableError`` (I/O), for example for a full disk.
  public func finish() throws(TableError) {
    try withState { (state) throws(TableError) in
      guard state.isOpen else { return }
      defer { Self.close(&state) }
      try self.flush(&state)
      // Some file systems report a full disk only here.
      if state.descriptor != 1 {
        let result = Foundation.close(state.descriptor)
        state.isOpen = false
        if result != 0 { throw Self.failed(self.path) }
      }
    }
  }

  private func withState(_ body: (inout State) throws(TableError) -> Void) throws(TableError) {
    try state.withLock { (state) throws(TableError) in try body(&state) }
  }

  private func flush(_ state: inout State) throws(TableError) {
    precondition(state.isOpen, "a row written after the end")
    defer { state.rows.removeAll() }
    let (descriptor, bytes) = (state.descriptor, state.rows.bytes)
    do { try OpenFile.write(bytes, to: descriptor, path: path) } catch {
      throw Self.failed(path, error.number)
    }
  }

  private static func close(_ state: inout State) {
    if state.isOpen, state.descriptor != 1 { _ = Foundation.close(state.descriptor) }
    state.isOpen = false
  }

  private static func failed(_ path: String, _ number: Int32 = errno) -> TableError {
    let reason = String(cString: strerror(number)).lowercased()
    return TableError(
      .inputOutput, source: path == "-" ? "standard output" : path,
      found: "a failed write (\(reason))",
      expected: "a file that can be written to its end")
  }
}
