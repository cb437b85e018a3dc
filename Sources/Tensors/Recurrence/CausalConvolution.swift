extension Tape {
  /// A short causal convolution of each column by itself along the sequences:
  /// `y[t, c] = Σ_j w[j, c] x[t − K + 1 + j, c]`, with zeros before the first token.
  ///
  /// `x` is `[batch · T, …]`, the columns from the operand's column on. `weight` is `[K, columns]`;
  /// the last row meets the token itself. `history` has the K − 1 tokens before the first one of
  /// each sequence, `[batch, …]`, from the operand's column on `(K − 1) · columns` numbers, oldest
  /// first; replaced by the last tokens of this run, as decoding needs. Nil for zeros. No gradient
  /// flows to it.
  ///
  /// - Returns: `[batch · T, columns]`.
  public func causalConvolution(
    _ x: HeadColumns<Element>, weight: Tensor<Element>, batch: Int,
    history: HeadColumns<Element>? = nil
  ) -> Tensor<Element> {
    let (taps, columns) = (weight.rowCount, weight.columnCount)
    precondition(
      weight.shape.count == 2 && taps > 0 && x.column >= 0
        && x.column + columns <= x.tensor.columnCount && batch > 0
        && x.tensor.rowCount % batch == 0,
      "a convolution \(weight.shape) of \(batch) sequences in \(x.tensor.shape)")
    precondition(
      history.map {
        $0.tensor.rowCount == batch
          && $0.column + (taps - 1) * columns <= $0.tensor.columnCount
      } ?? true, "a history has \(taps - 1) tokens of \(columns) numbers a sequence")
    return record(
      CausalConvolution(
        input: x, weight: weight, batch: batch, history: history,
        output: tensor([x.tensor.rowCount, columns], dependingOn: [x.tensor, weight]))
    ).output
  }
}

private struct CausalConvolution<Element: TensorElement>: Operation {
  let input: HeadColumns<Element>
  let weight: Tensor<Element>
  let batch: Int
  let history: HeadColumns<Element>?
  let output: Tensor<Element>

  var name: String { "causal convolution" }
  var outputs: [Tensor<Element>] { [output] }
  private var length: Int { output.rowCount / batch }
  private var taps: Int { weight.rowCount }
  private var columns: Int { weight.columnCount }
  private var stride: Int { input.tensor.columnCount }

  var cost: OperationCost {
    let one = 2 * Double(output.count * taps)
    return OperationCost(forward: one, backward: 2 * one)
  }

  func forward(_ run: Execution) {
    run.pool.forEach(batch) { sequence in
      let past = history.map {
        $0.tensor.values + sequence * $0.tensor.columnCount + $0.column
      }
      let x = input.tensor.values + sequence * length * stride + input.column
      Self.convolve(
        length, columns, taps, x, stride, past, weight.values,
        output.values + sequence * length * columns)
      guard let past else { return }
      for index in 0..<(taps - 1) {
        // The tokens that remain of the past come first.
        let token = length - (taps - 1) + index
        if token >= 0 {
          (past + index * columns).update(from: x + token * stride, count: columns)
        } else {
          (past + index * columns).update(
            from: past + (token + taps - 1) * columns, count: columns)
        }
      }
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    if let target = HeadColumns.gradientDestinations(of: [(input, columns)])[0] {
      run.pool.forEach(batch) { sequence in
        Self.spread(
          length, columns, taps, gradient + sequence * length * columns, weight.values,
          target.pointer + sequence * length * stride, stride, target.accumulates)
      }
    }
    if let target = weight.gradientDestination() {
      let width = 64
      run.pool.forEach((columns + width - 1) / width) { item in
        let start = item * width
        Self.correlate(
          batch, length, min(width, columns - start), taps,
          input.tensor.values + input.column + start, stride, gradient + start, columns,
          target.pointer + start, target.accumulates)
      }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private static func convolve(
    _ length: Int, _ columns: Int, _ taps: Int, _ x: UnsafePointer<Element>, _ stride: Int,
    _ past: UnsafePointer<Element>?, _ weight: UnsafePointer<Element>,
    _ y: UnsafeMutablePointer<Element>
  ) {
    for token in 0..<length {
      let row = y + token * columns
      row.update(repeating: 0, count: columns)
      for tap in 0..<taps {
        let source = token - (taps - 1) + tap
        let w = weight + tap * columns
        let from: UnsafePointer<Element>
        if source >= 0 {
          from = x + source * stride
        } else if let past {
          from = past + (source + taps - 1) * columns
        } else {
          continue
        }
        for c in 0..<columns { row[c] += w[c] * from[c] }
      }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private static func spread(
    _ length: Int, _ columns: Int, _ taps: Int, _ gradient: UnsafePointer<Element>,
    _ weight: UnsafePointer<Element>, _ target: UnsafeMutablePointer<Element>, _ stride: Int,
    _ accumulates: Bool
  ) {
    for token in 0..<length {
      let row = target + token * stride
      if !accumulates { row.update(repeating: 0, count: columns) }
      for tap in 0..<taps {
        let reader = token + taps - 1 - tap
        guard reader < length else { continue }
        let (w, dy) = (weight + tap * columns, gradient + reader * columns)
        for c in 0..<columns { row[c] += w[c] * dy[c] }
      }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private static func correlate(
    _ batch: Int, _ length: Int, _ count: Int, _ taps: Int, _ x: UnsafePointer<Element>,
    _ stride: Int, _ gradient: UnsafePointer<Element>, _ columns: Int,
    _ target: UnsafeMutablePointer<Element>, _ accumulates: Bool
  ) {
    for tap in 0..<taps {
      let row = target + tap * columns
      if !accumulates { row.update(repeating: 0, count: count) }
      for sequence in 0..<batch {
        for token in (taps - 1 - tap)..<max(length, taps - 1 - tap) {
          let dy = gradient + (sequence * length + token) * columns
          let from = x + (sequence * length + token - (taps - 1) + tap) * stride
          for c in 0..<count { row[c] += dy[c] * from[c] }
        }
      }
    }
  }
}
