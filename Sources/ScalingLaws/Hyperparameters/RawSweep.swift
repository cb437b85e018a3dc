internal import RealModule

/// A table whose rows are runs at several values of a hyper-parameter, sorted into cells.
public struct RawSweep: Sendable {
  struct Cell: Sendable {
    var columns: [String: Double]
    /// ln of the hyper-parameters, one array a run.
    var points: [[Double]]
    /// ln loss.
    var losses: [Double]
    /// ln of the hyper-parameters of runs without a finite positive loss.
    var diverged: [[Double]]
  }

  /// The hyper-parameters that form the axes.
  public let axes: [String]
  let cells: [Cell]
  /// The number of cells.
  public var cellCount: Int { cells.count }
  /// What was left out, in words.
  public let notes: [String]

  /// The columns that are taken for hyper-parameters where they vary.
  public static let knownAxes = ["lr", "batch_tokens", "batch", "batch_size", "weight_decay", "wd"]

  /// Values that differ by less than this factor are one: budgets are rarely hit exactly.
  private static let together = 1.02

  /// Sorts runs into cells; nil where no hyper-parameter was swept. Runs without a finite positive
  /// loss are left out and noted.
  ///
  /// Cells are told apart by N and D. A hyper-parameter with three or more values in most cells is an
  /// axis; one with two values tells cells apart.
  public init?(
    columns: [String: [Double]], loss: [Double], candidates: [String] = RawSweep.knownAxes
  ) {
    var keys = ["N", "D"].filter { columns[$0] != nil }
    let present = candidates.filter { columns[$0] != nil }
    let read = keys + present
    let complete = loss.indices.filter { row in
      read.allSatisfy { name in
        let value = columns[name]?[row] ?? .nan
        return value.isFinite && value > 0
      }
    }
    let usable = complete.filter { loss[$0].isFinite && loss[$0] > 0 }
    guard !usable.isEmpty else { return nil }
    let merged = Dictionary(
      keys.map { ($0, Self.merged(columns[$0] ?? [])) }, uniquingKeysWith: { first, _ in first })
    func key(_ row: Int, _ names: [String]) -> [Double] {
      names.map { (merged[$0] ?? columns[$0])?[row] ?? .nan }
    }
    func grouped(_ names: [String]) -> [[Double]: [Int]] {
      Dictionary(grouping: usable) { key($0, names) }
    }
    func distinct(_ name: String, _ rows: [Int]) -> Int {
      Set(rows.map { columns[name]?[$0] ?? .nan }).count
    }
    let coarse = grouped(keys)
    var found: [String] = []
    for name in present {
      let counts = coarse.values.map { distinct(name, $0) }
      if counts.filter({ $0 >= 3 }).count * 2 >= counts.count {
        found.append(name)
      } else if counts.contains(where: { $0 > 1 }) {
        keys.append(name)
      }
    }
    // Ten coefficients of three axes are what a sweep can hope to feed.
    found = Array(found.prefix(3))
    guard !found.isEmpty else { return nil }
    axes = found
    let names = keys
    func points(_ rows: [Int]) -> [[Double]] {
      rows.map { row in found.map { Double.log(columns[$0]?[row] ?? .nan) } }
    }
    let lost = Dictionary(grouping: Set(complete).subtracting(usable).sorted()) { key($0, names) }
    cells = grouped(names).sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { group in
      Cell(
        columns: Dictionary(
          zip(names, group.key).map { ($0, $1) }, uniquingKeysWith: { first, _ in first }),
        points: points(group.value), losses: group.value.map { Double.log(loss[$0]) },
        diverged: points(lost[group.key] ?? []))
    }
    var notes: [String] = []
    let diverged = complete.count - usable.count
    if diverged > 0 {
      notes.append("\(diverged) runs without a finite positive loss left out, as diverged runs are")
    }
    let splits = keys.filter { $0 != "N" && $0 != "D" }
    if !splits.isEmpty {
      notes.append(
        "\(splits.joined(separator: " and ")) takes two values in a cell, too few for an axis: each value is a cell of its own"
      )
    }
    self.notes = notes
  }

  /// Values within two per cent of each other, as their geometric mean's first member.
  private static func merged(_ values: [Double]) -> [Double] {
    var start = Double.nan
    var representative: [Double: Double] = [:]
    for value in Set(values.filter { $0.isFinite && $0 > 0 }).sorted() {
      if !(value <= start * together) { start = value }
      representative[value] = start
    }
    return values.map { representative[$0] ?? $0 }
  }
}
