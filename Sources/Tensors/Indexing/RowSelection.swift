/// Rows of sequences that go on, in their order.
public struct RowSelection {
  /// The rows of each sequence that are kept, ascending, then −1: `[sequences · capacity]`.
  public let rows: IndexTensor
  /// Of each row: 1 if it is kept, 0 if it could have been, −1 if it could not. `[rows]`
  public let labels: IndexTensor
  /// Of each row: 0 if it is kept, −1 if not: the choice of one alternative or none. `[rows]`
  public let choices: IndexTensor
  /// The most rows that are kept of a sequence.
  public let capacity: Int
}

/// What decides which rows go on.
public enum RowSelectionRule<Element: TensorElement> {
  /// Of each sequence the rows with the greatest scores `[rows]`, equal ones by lower row.
  case greatest(Tensor<Element>, count: Int)
  /// Rows whose score `[rows]` is above a number.
  case above(Tensor<Element>, Element)
  /// Rows whose integer `[rows]` is at least a number.
  case atLeast(IndexTensor, Int32)
}

extension Tape {
  /// Chooses rows of each sequence; their order stays. No derivative. The rows belong to
  /// `sequences` of equal length. Only the rows of `candidates`, labels of an earlier selection,
  /// may go on; nil for all. Returns what goes on; of the greatest there are always as many unless
  /// candidates are fewer.
  public func selectRows(
    _ rule: RowSelectionRule<Element>, sequences: Int, among candidates: IndexTensor? = nil
  ) -> RowSelection {
    let count: Int
    var limit: Int?
    switch rule {
    case .greatest(let scores, let most): (count, limit) = (scores.count, most)
    case .above(let scores, _): count = scores.count
    case .atLeast(let integers, _): count = integers.count
    }
    precondition(
      sequences > 0 && count % sequences == 0 && candidates.map { $0.count == count } ?? true,
      "\(count) rows of \(sequences) sequences")
    let capacity = min(limit ?? count, count / sequences)
    let selection = RowSelection(
      rows: indices([sequences * capacity]), labels: indices([count]),
      choices: indices([count]), capacity: capacity)
    record(
      RowChoice(
        rule: rule, sequences: sequences, candidates: candidates, selection: selection,
        order: arena.allocate(count, of: Int32.self)))
    return selection
  }

  /// Chosen integers: `y[j] = x[index[j]]`; zero where the index is negative.
  public func gather(_ x: IndexTensor, at index: IndexTensor) -> IndexTensor {
    let result = indices([index.count])
    record(IntegerChoice<Element>(input: x, index: index, chosen: result))
    return result
  }
}

private struct RowChoice<Element: TensorElement>: Operation {
  let rule: RowSelectionRule<Element>
  let sequences: Int
  let candidates: IndexTensor?
  let selection: RowSelection
  /// Room for the candidates of a sequence.
  let order: UnsafeMutablePointer<Int32>

  var name: String { "select rows" }
  var outputs: [Tensor<Element>] { [] }
  var cost: OperationCost { .none }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func forward(_ run: Execution) {
    let (labels, rows) = (selection.labels.values, selection.rows.values)
    let length = selection.labels.count / sequences
    for sequence in 0..<sequences {
      let range = sequence * length..<(sequence + 1) * length
      for row in range { labels[row] = candidates.map { $0.values[row] == 1 } ?? true ? 0 : -1 }
      mark(range)
      for row in range { selection.choices.values[row] = labels[row] == 1 ? 0 : -1 }
      var place = sequence * selection.capacity
      for row in range where labels[row] == 1 {
        rows[place] = Int32(row)
        place += 1
      }
      while place < (sequence + 1) * selection.capacity {
        rows[place] = -1
        place += 1
      }
    }
  }

  /// Labels the rows of a sequence that are kept among those labelled 0.
  @inline(__always)
  private func mark(_ range: Range<Int>) {
    let labels = selection.labels.values
    switch rule {
    case .above(let scores, let threshold):
      for row in range where labels[row] == 0 && scores.values[row] > threshold { labels[row] = 1 }
    case .atLeast(let integers, let least):
      for row in range where labels[row] == 0 && integers.values[row] >= least { labels[row] = 1 }
    case .greatest(let scores, _):
      var found = 0
      for row in range where labels[row] == 0 {
        order[found] = Int32(row)
        found += 1
      }
      var kept = UnsafeMutableBufferPointer(start: order, count: found)
      kept.sort { one, other in
        let (a, b) = (scores.values[Int(one)], scores.values[Int(other)])
        return a != b ? a > b : one < other
      }
      for row in kept.prefix(selection.capacity) { labels[Int(row)] = 1 }
    }
  }

  func backward(_ run: Execution) {}
}

private struct IntegerChoice<Element: TensorElement>: Operation {
  let input: IndexTensor
  let index: IndexTensor
  let chosen: IndexTensor

  var name: String { "gather integers" }
  var outputs: [Tensor<Element>] { [] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    for place in 0..<index.count {
      let row = Int(index.values[place])
      precondition(row < input.count, "integer \(row) of \(input.count)")
      chosen.values[place] = row < 0 ? 0 : input.values[row]
    }
  }

  func backward(_ run: Execution) {}
}
