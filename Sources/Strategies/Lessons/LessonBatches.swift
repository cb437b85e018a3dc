public import Training

/// Batches of rows that are made one by one, each padded at the end with token 0 that predicts
/// nothing.
public protocol LessonBatches: BatchSource where Position == Int {
  /// A row, numbered by the position at which it is written, on which alone it depends.
  func lesson(_ index: Int, length: Int) -> LessonRow
}

extension LessonBatches {
  /// Writes the next rows.
  public func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int
  ) {
    tokens.update(repeating: 0)
    targets.update(repeating: -1)
    for sequence in 0..<sequences {
      let row = lesson(position, length: length)
      precondition(row.inputs.count <= length, "\(row.inputs.count) tokens in rows of \(length)")
      for place in row.inputs.indices {
        tokens[sequence * length + place] = row.inputs[place]
        targets[sequence * length + place] = row.targets[place]
      }
      position += 1
    }
  }
}
