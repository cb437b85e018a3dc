import OrderedCollections

extension RunTable {
  /// The table without rows that agree with an earlier row in every cell: a run that stands in a
  /// table ten times, because logs were joined twice, is not ten runs. A note says how many were
  /// left out and where the first of them stand. A table of a single column keeps all rows.
  public func countingDuplicatesOnce() -> RunTable {
    guard columns.count > 1, rowCount > 1 else { return self }
    let all = Array(columns.values)
    var known: [Int: [Int]] = [:]
    known.reserveCapacity(rowCount)
    var kept: [Int] = []
    var repeated: [Int] = []
    for row in 0..<rowCount {
      var hasher = Hasher()
      for column in all { column.hash(row, into: &hasher) }
      let key = hasher.finalize()
      let isRepeat = (known[key] ?? []).contains { other in
        all.allSatisfy { $0.agrees(row, other) }
      }
      if isRepeat {
        repeated.append(row)
      } else {
        known[key, default: []].append(row)
        kept.append(row)
      }
    }
    guard !repeated.isEmpty else { return self }
    var result = selecting(rows: kept)
    let lines = repeated.prefix(5).map { "\(lineNumbers[$0])" }.joined(separator: ", ")
    let more = repeated.count > 5 ? ", …" : ""
    let isOne = repeated.count == 1
    result.notes.append(
      "\(repeated.count) of \(rowCount) rows \(isOne ? "repeats" : "repeat") an earlier row in every cell and \(isOne ? "is" : "are") counted once (line\(isOne ? "" : "s") \(lines)\(more)); --keep-duplicates keeps \(isOne ? "it" : "them")"
    )
    return result
  }
}

extension Column {
  fileprivate func hash(_ row: Int, into hasher: inout Hasher) {
    switch self {
    case .numbers(let values):
      hasher.combine(values[row].isNaN ? Double.nan.bitPattern : values[row].bitPattern)
    case .text(let values): hasher.combine(values[row])
    }
  }

  fileprivate func agrees(_ a: Int, _ b: Int) -> Bool {
    switch self {
    case .numbers(let values):
      values[a].bitPattern == values[b].bitPattern || (values[a].isNaN && values[b].isNaN)
    case .text(let values): values[a] == values[b]
    }
  }
}
