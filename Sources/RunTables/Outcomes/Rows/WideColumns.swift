import OrderedCollections

/// Columns that hold the same thing of one attempt each: `correct_0`, `correct_1`, …
enum WideColumns {
  /// The columns of a file that are such a series, in the order of their numbers.
  ///
  /// Names of attempts (`attempt_1`, `run_2`) or bare numbers hold grades.
  static func series(
    _ columns: OrderedDictionary<String, Int>
  ) -> [(column: OutcomeColumn, indices: [Int], names: [String])] {
    var found: OrderedDictionary<String, [(number: Int, index: Int, name: String)]> = [:]
    for (name, index) in columns {
      guard let (base, number) = split(name) else { continue }
      found[base, default: []].append((number, index, name))
    }
    var series: [(column: OutcomeColumn, indices: [Int], names: [String])] = []
    var taken: Set<OutcomeColumn> = []
    for (base, members) in found where members.count > 1 {
      let sorted = members.sorted { $0.number < $1.number }
      let numbers = sorted.map(\.number)
      guard let column = meaning(of: base), !taken.contains(column), numbers[0] <= 1,
        zip(numbers, numbers.dropFirst()).allSatisfy({ $1 == $0 + 1 })
      else { continue }
      taken.insert(column)
      series.append((column, sorted.map(\.index), sorted.map(\.name)))
    }
    return series
  }

  /// `correct_12`, `correct.12`, `correct[12]` or `12` as its base and number.
  private static func split(_ name: String) -> (base: String, number: Int)? {
    var body = Substring(name.lowercased())
    if body.hasSuffix("]"), body.contains("[") { body.removeLast() }
    let digits = body.reversed().prefix { $0.isASCII && $0.isNumber }.count
    guard digits > 0, digits < 6, let number = Int(body.suffix(digits)) else { return nil }
    var base = body.dropLast(digits)
    while let last = base.last, "_-. [#/@".contains(last) { base.removeLast() }
    return (String(base), number)
  }

  private static func meaning(of base: String) -> OutcomeColumn? {
    if base.isEmpty || ["pass", "passed", "run", "try", "seed", "rep"].contains(base) {
      return .correct
    }
    for column in OutcomeColumn.allCases
    where column.mayBeListed && column != .stepScores && column != .problem {
      guard base == column.rawValue || column.aliases.contains(base) else { continue }
      return column == .attempt ? .correct : column
    }
    return nil
  }
}

extension OutcomeWorker {
  func takeWide(
    _ column: OutcomeColumn, _ place: Int, _ content: UnsafeBufferPointer<UInt8>, fileColumn: Int
  ) {
    var cells = wide[column] ?? (cells: [], fileColumn: fileColumn)
    while cells.cells.count <= place { cells.cells.append([]) }
    cells.cells[place] = Array(content)
    wide[column] = cells
  }

  /// Makes lists of the cells of series of columns; where a grade is blank there was no attempt.
  func gatherWide() {
    let grades = wide[.correct]?.cells
    for (column, series) in wide {
      var list: [UInt8] = [UInt8(ascii: "[")]
      for (place, cell) in series.cells.enumerated() {
        if let grades, place >= grades.count || grades[place].allSatisfy(ByteText.isBlank) {
          continue
        }
        if list.count > 1 { list.append(UInt8(ascii: ",")) }
        list.append(UInt8(ascii: "\""))
        for byte in cell {
          if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            list.append(UInt8(ascii: "\\"))
          }
          list.append(byte)
        }
        list.append(UInt8(ascii: "\""))
      }
      list.append(UInt8(ascii: "]"))
      lists[column] = (list, series.fileColumn)
    }
    wide.removeAll(keepingCapacity: true)
  }
}
