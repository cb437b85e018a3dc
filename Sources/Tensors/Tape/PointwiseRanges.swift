extension Execution {
  /// Elements that are worth handing to a thread.
  static var grain: Int { 1 << 14 }

  /// Cuts `count` elements into pieces of a fixed size and runs `body` on them, with the first
  /// element of each and their number.
  func forEachPiece(of count: Int, _ body: (_ start: Int, _ count: Int) -> Void) {
    pool.forEach((count + Self.grain - 1) / Self.grain) { item in
      let start = item * Self.grain
      body(start, min(Self.grain, count - start))
    }
  }

  /// Cuts rows into blocks of a size that depends on the number of columns alone, and runs `body`
  /// with the first row of each and their number.
  func forEachBlock(
    ofRows rows: Int, columns: Int, _ body: (_ start: Int, _ count: Int) -> Void
  ) {
    let block = max(1, Self.grain / max(columns, 1))
    pool.forEach((rows + block - 1) / block) { item in
      let start = item * block
      body(start, min(block, rows - start))
    }
  }
}

extension Tensor {
  /// Adds `factor` times a gradient of as many elements to this tensor's, or puts it there.
  func addGradient(
    _ source: UnsafePointer<Element>, times factor: Element = 1, _ run: Execution
  ) {
    guard let target = gradientDestination() else { return }
    run.forEachPiece(of: count) { start, count in
      if factor == 1, !target.accumulates {
        (target.pointer + start).update(from: source + start, count: count)
      } else {
        Element.pointwiseKernels.scale(
          count, factor, source + start, target.pointer + start, target.flag)
      }
    }
  }

  /// Passes the gradient of `output` on, without a copy where that is possible; see
  /// ``inheritGradient(of:adding:)``.
  func inheritGradient(of output: Tensor, _ run: Execution) {
    inheritGradient(of: output) { source, target, count in
      run.forEachPiece(of: count) { start, count in
        Element.pointwiseKernels.add(count, target + start, source + start, target + start)
      }
    }
  }
}
