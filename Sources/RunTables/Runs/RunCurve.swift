internal import Files
public import OrderedCollections

/// The loss curve of one run.
public struct RunCurve: Sendable {
  /// A value that is the same in every row of a run.
  public enum Constant: Sendable, Hashable {
    case number(Double)
    case text(String)
  }

  /// The identifier of the run; several identifying columns are joined with ` / `.
  public var run: String
  /// The columns that do not change during the run, by name.
  public var constants: OrderedDictionary<String, Constant>
  /// The steps, strictly increasing.
  public var steps: [Double]
  /// The learning rate at each step, or nil if the table has no such column.
  public var learningRates: [Double]?
  /// The loss at each step, in the table's unit.
  public var losses: [Double]
  /// The line of the file of each point.
  public var lineNumbers: [Int]

  /// The names of ``constants``, in order.
  public var constantNames: [String] { Array(constants.keys) }

  /// A constant of the run, or nil if the column changes during the run or does not exist.
  public func constant(_ name: String) -> Constant? { constants[name] }

  /// A constant of the run as a number, or nil if it is absent, text or missing.
  public func number(_ name: String) -> Double? {
    if case .number(let value)? = constants[name], !value.isNaN { value } else { nil }
  }
}

extension RunTable {
  /// Splits the table into loss curves, in the order in which their runs, named by the columns
  /// `run`, first appear, each sorted by step. The column of learning rates is used if present.
  ///
  /// Rows without a loss are left out, because logs of training and evaluation interleave; so are
  /// runs without any.
  ///
  /// - Throws: ``TableError`` for an absent column, a missing step, or a step that a run has twice.
  public func curves(
    run: [String] = ["run"], step: String = "step", loss: String = "loss",
    learningRate: String = "lr"
  ) throws(TableError) -> [RunCurve] {
    let steps = try numbers(step)
    let losses = try numbers(loss)
    let rates = hasColumn(learningRate) ? try numbers(learningRate) : nil
    var keys: [Column] = []
    for name in run { keys.append(try column(name)) }
    let varying = Set([step, loss, learningRate].compactMap(currentName))
    var curves: [RunCurve] = []
    for (key, members) in rowsByKey(keys) {
      guard key.contains(where: Self.namesRun) || key.isEmpty else {
        throw badCell(
          members[0], run.first ?? "run", found: "a missing value",
          expected: "the name of the run, since rows without one are not one run")
      }
      var rows = members.filter { !losses[$0].isNaN }
      guard !rows.isEmpty else { continue }
      for row in rows where !steps[row].isFinite {
        throw badCell(
          row, step, found: steps[row].isNaN ? "a missing value" : CSVText.number(steps[row]),
          expected: "the step of the run")
      }
      rows.sort { (steps[$0], $0) < (steps[$1], $1) }
      let id = key.joined(separator: " / ")
      for (a, b) in zip(rows, rows.dropFirst()) where steps[a] == steps[b] {
        throw badCell(
          b, step,
          found: "step \(CSVText.number(steps[b])) of run \(id) again (first on line "
            + "\(lineNumbers[a]))", expected: "each step once in a run")
      }
      curves.append(
        RunCurve(
          run: id, constants: constants(of: members, except: varying),
          steps: rows.map { steps[$0] }, learningRates: rates.map { r in rows.map { r[$0] } },
          losses: rows.map { losses[$0] }, lineNumbers: rows.map { lineNumbers[$0] }))
    }
    return curves
  }

  private func constants(
    of rows: [Int], except varying: Set<String>
  ) -> OrderedDictionary<String, RunCurve.Constant> {
    var constants: OrderedDictionary<String, RunCurve.Constant> = [:]
    let first = rows[0]
    for (name, column) in columns where !varying.contains(name) {
      switch column {
      case .numbers(let values):
        let value = values[first]
        if rows.allSatisfy({ values[$0] == value || values[$0].isNaN && value.isNaN }) {
          constants[name] = .number(value)
        }
      case .text(let values):
        if rows.allSatisfy({ values[$0] == values[first] }) {
          constants[name] = .text(values[first])
        }
      }
    }
    return constants
  }
}
