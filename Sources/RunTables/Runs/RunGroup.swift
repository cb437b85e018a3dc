import Files
import OrderedCollections

/// The rows of a table that agree in some columns.
public struct RunGroup: Sendable {
  /// The values that the rows share, as `family=c4, seed=1`; `(blank)` where there is none.
  public var key: String
  /// The shared values as text, in the order of the columns asked for.
  public var values: [String]
  /// The rows, in file order.
  public var table: RunTable
}

extension RunTable {
  /// Splits the table into groups of rows that agree in the given columns, in the order in which
  /// they first appear; missing values form a group of their own, and no columns one group with an
  /// empty key.
  ///
  /// - Throws: ``TableError`` when a column is absent.
  public func grouped(by names: [String]) throws(TableError) -> [RunGroup] {
    var columns: [Column] = []
    for name in names { columns.append(try column(name)) }
    return rowsByKey(columns, spellings: names.map(spelling(ofColumn:))).map { key, rows in
      let pairs = zip(names, key).map { "\($0)=\($1.isEmpty ? "(blank)" : $1)" }
      return RunGroup(
        key: pairs.joined(separator: ", "), values: key, table: selecting(rows: rows))
    }
  }

  func rowsByKey(
    _ columns: [Column], spellings: [(Double) -> String]? = nil
  ) -> OrderedDictionary<[String], [Int]> {
    let spellings = spellings ?? columns.map { _ in CSVText.number }
    // Each column's entries are numbered first, so that a row's key is a few small integers.
    let codes = columns.map(Self.codes)
    var rows: OrderedDictionary<[Int], [Int]> = [:]
    for row in 0..<rowCount { rows[codes.map { $0[row] }, default: []].append(row) }
    var named: OrderedDictionary<[String], [Int]> = [:]
    for members in rows.values {
      let key = zip(columns, spellings).map { $0.entry(members[0], $1) }
      named[key, default: []] += members
    }
    return named
  }

  private static func codes(_ column: Column) -> [Int] {
    switch column {
    case .numbers(let values):
      var numbers: [UInt64: Int] = [:]
      return values.map { value in
        // +0 makes the zeros one group, and all NaN count as one value.
        let bits = value.isNaN ? Double.nan.bitPattern : (value + 0).bitPattern
        if let code = numbers[bits] { return code }
        numbers[bits] = numbers.count
        return numbers.count - 1
      }
    case .text(let values):
      var numbers: [String: Int] = [:]
      return values.map { value in
        if let code = numbers[value] { return code }
        numbers[value] = numbers.count
        return numbers.count - 1
      }
    }
  }
}
