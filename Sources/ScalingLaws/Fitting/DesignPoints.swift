/// The places at which a table measures a law: rows that agree in every column the law reads. Rows
/// at one place tell how far seeds scatter, and are one piece of evidence about the law's form.
public struct DesignPoints: Sendable, Hashable {
  /// The place of each row, numbered from 0 in order of first appearance.
  public let pointOfRow: [Int]
  /// The number of places.
  public let count: Int

  /// How far two values of a column may lie apart, as a share, to be one: rounding in a file.
  static let rounding = 1e-6

  /// Finds the places of a table.
  public init(_ observations: Observations, law: any Law) {
    let columns = law.card.columns.compactMap { observations.columns[$0.name] }
    var keys = [[Int]](repeating: [], count: observations.count)
    for column in columns {
      let classes = Self.classes(of: column)
      for row in keys.indices { keys[row].append(classes[row]) }
    }
    // Without a column to tell rows apart each row is a place of its own.
    if columns.isEmpty { for row in keys.indices { keys[row] = [row] } }
    var numbers: [[Int]: Int] = [:]
    pointOfRow = keys.map { key in
      if let known = numbers[key] { return known }
      numbers[key] = numbers.count
      return numbers.count - 1
    }
    count = numbers.count
  }

  /// Numbers the values of a column so that values within rounding share a number.
  static func classes(of column: [Double]) -> [Int] {
    let order = column.indices.sorted { (column[$0], $0) < (column[$1], $1) }
    var result = [Int](repeating: 0, count: column.count)
    var current = 0
    var first: Double?
    for row in order {
      let value = column[row]
      if let start = first, !(abs(value - start) <= rounding * abs(start)) {
        current += 1
        first = value
      } else if first == nil {
        first = value
      }
      result[row] = current
    }
    return result
  }

  /// The rows of each place.
  public func rows() -> [[Int]] {
    var result = [[Int]](repeating: [], count: count)
    for (row, point) in pointOfRow.enumerated() { result[point].append(row) }
    return result
  }
}

extension DesignPoints {
  /// Rows that are one piece of evidence: those of a run, and those of runs that repeat it.
  ///
  /// Runs of one row are joined where they share a place, loss curves where at least half of the
  /// shorter one's places are places of the other: different schedules may share their beginning.
  ///
  /// - Returns: the group of each row, numbered from 0 in order of first appearance.
  func replicates(clusters: [Int]) -> [Int] {
    var indexOfRun: [Int: Int] = [:]
    let runs = clusters.map { run -> Int in
      if let known = indexOfRun[run] { return known }
      indexOfRun[run] = indexOfRun.count
      return indexOfRun.count - 1
    }
    var size = [Int](repeating: 0, count: indexOfRun.count)
    for run in runs { size[run] += 1 }
    var sets = DisjointSets(count: size.count)
    var shared: [[Int]: Int] = [:]
    for rows in self.rows() where rows.count > 1 {
      let present = Set(rows.map { runs[$0] }).sorted()
      let single = present.filter { size[$0] == 1 }
      for run in single.dropFirst() { sets.join(single[0], run) }
      let long = present.filter { size[$0] > 1 }
      guard long.count > 1, long.count <= 64 else { continue }
      for (position, a) in long.enumerated() {
        for b in long[(position + 1)...] { shared[[a, b], default: 0] += 1 }
      }
    }
    for (pair, count) in shared where 2 * count >= min(size[pair[0]], size[pair[1]]) {
      sets.join(pair[0], pair[1])
    }
    var numbers: [Int: Int] = [:]
    return runs.map { run in
      let top = sets.root(run)
      if let known = numbers[top] { return known }
      numbers[top] = numbers.count
      return numbers.count - 1
    }
  }
}
