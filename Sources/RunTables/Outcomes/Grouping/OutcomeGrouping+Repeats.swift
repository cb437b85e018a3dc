extension OutcomeGrouping {
  private struct Key: Hashable {
    var attempt: Int32
    var round: Int32
    var step: Int32
  }

  /// Leaves out rows that repeat another: those that say the same, and the others as the user
  /// asked.
  ///
  /// - Returns: the first row that claims to be the same attempt as another and differs; then
  ///   nothing is left out.
  mutating func dropRepeats(
    _ order: inout [Int32], _ groups: inout [Group], _ attempts: FlatColumn<Int32>,
    _ rounds: FlatColumn<Int32>?, _ steps: FlatColumn<Int32>?
  ) -> AttemptOrder.Repetition? {
    var different: AttemptOrder.Repetition?
    var kept: [Int32] = []
    kept.reserveCapacity(order.count)
    var ranges: [Range<Int>] = []
    ranges.reserveCapacity(groups.count)
    let starts = result.blocks.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.rows) }
    var place: [Key: Int] = [:]
    for group in groups {
      place.removeAll(keepingCapacity: true)
      let start = kept.count
      for row in order[group.rows].sorted() {
        let key = Key(
          attempt: attempts.base[Int(row)], round: rounds?.base[Int(row)] ?? 0,
          step: steps?.base[Int(row)] ?? 0)
        guard let known = place[key] else {
          place[key] = kept.count
          kept.append(row)
          continue
        }
        switch schema.repeats {
        case .first?: break
        case .last?: kept[known] = row
        case nil:
          if row < different?.later ?? .max, !saysTheSame(Int(kept[known]), Int(row), starts) {
            different = AttemptOrder.Repetition(first: kept[known], later: row)
          }
        }
      }
      ranges.append(start..<kept.count)
    }
    if let different { return different }
    let dropped = order.count - kept.count
    let rows = "\(dropped) \(dropped == 1 ? "row" : "rows")"
    schema.notes.append(
      schema.repeats.map {
        "\(rows) left out that repeat an attempt: the \($0.rawValue) one counts"
      }
        ?? "\(rows) left out that \(dropped == 1 ? "repeats" : "repeat") an attempt with the same values"
    )
    order = kept
    for index in groups.indices { groups[index].rows = ranges[index] }
    return nil
  }

  private func saysTheSame(_ one: Int, _ other: Int, _ starts: [Int]) -> Bool {
    func place(_ row: Int) -> (block: OutcomeBlock, row: Int) {
      let block = starts.partitioningIndex { $0 > row } - 1
      return (result.blocks[block], row - starts[block])
    }
    let (a, b) = (place(one), place(other))
    func same<Value: Equatable>(_ column: (OutcomeBlock) -> FlatColumn<Value>?) -> Bool {
      guard let left = column(a.block), let right = column(b.block) else { return true }
      let (x, y) = (left.base[a.row], right.base[b.row])
      // Values that are not numbers are missing in both.
      return x == y || x != x && y != y
    }
    return same { $0.correct } && same(\.tokens) && same(\.promptTokens) && same(\.score)
      && same(\.answer) && same(\.passes) && same(\.stepCounts)
  }
}

extension Array {
  /// The first index whose element satisfies a condition that holds from there on.
  fileprivate func partitioningIndex(_ condition: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
