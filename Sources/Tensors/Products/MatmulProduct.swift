internal import CKernels

/// A matrix product cut into items for a pool of threads.
///
/// The smaller operand is packed whole into scratch memory that all items read; the other one is
/// packed by the item that reads it. The cuts follow from the sizes alone, and the order of every
/// element's sum from the depth alone.
struct MatrixProduct<Element: TensorElement> {
  /// Rows of the left operand.
  var rows: Int
  /// Columns of the right operand.
  var columns: Int
  /// Columns of the left operand.
  var depth: Int

  struct Operands {
    var left: MatrixOperand<Element>
    var right: MatrixOperand<Element>
    var output: UnsafeMutablePointer<Element>
    var outputStride: Int
    var bias: UnsafePointer<Element>?
    /// A matrix that is added to the product; it may be the output.
    var addend: UnsafePointer<Element>?
    var addendStride = 0
    /// The right operand as ``MatrixProduct/pack(_:into:)`` packed it.
    var packed: UnsafePointer<Element>?
  }

  /// Called with a block of the output that is complete and still in the calling thread's cache.
  typealias Finish = (_ rows: Range<Int>, _ columns: Range<Int>) -> Void

  /// Floating-point operations; a multiply-add is two.
  var operationCount: Double { 2 * Double(rows) * Double(columns) * Double(depth) }

  var scratchCount: Int {
    let depth = min(depth, Self.depthBlock(packsRight ? columns : rows))
    return ((packsRight ? columns : rows) + 64) * depth
  }

  var packedCount: Int { (columns + 64) * depth }

  /// Every processor that we have kernels of our own for multiplies faster with them than with its
  /// BLAS; the others have a BLAS that knows them.
  static var usesBLAS: Bool { akn_isa() == AKN_ISA_BASELINE }

  private var packsRight: Bool { columns <= rows }

  /// The depth up to which an operand is packed at once: 8 MB of single precision.
  private static func depthBlock(_ width: Int) -> Int {
    max((2 << 20) / max(width, 1) / Self.chunk, 1) * Self.chunk
  }

  private static var chunk: Int { Int(AKN_GEMM_DEPTH) }
  private static var blockRows: Int { Int(AKN_GEMM_ROWS) }

  /// Packs a right operand for many products with it. `packed` has ``packedCount`` elements.
  func pack(_ right: MatrixOperand<Element>, into packed: UnsafeMutablePointer<Element>) {
    Element.matmulKernels.packColumns(
      depth, 0, columns, right.start, right.stride, right.flag, packed)
  }

  /// Computes the product. Without a `pool` all stays on the calling thread. `scratch` has
  /// ``scratchCount`` elements. `finish` is called once for every block of the output, on the
  /// thread that computed it.
  func run(
    _ operands: Operands, pool: ThreadPool?, scratch: UnsafeMutablePointer<Element>,
    finish: Finish? = nil
  ) {
    guard rows > 0, columns > 0 else { return }
    let loop = Loop(pool: operationCount < Self.smallest ? nil : pool)
    if Self.usesBLAS || depth == 0 {
      runBLAS(operands, loop, finish)
    } else if let packed = operands.packed {
      runRows(operands, packed, loop, finish)
    } else {
      let step = Self.depthBlock(packsRight ? columns : rows)
      for start in Swift.stride(from: 0, to: depth, by: step) {
        var part = self
        part.depth = min(step, depth - start)
        var slice = operands
        slice.left = operands.left.from(row: 0, column: start)
        slice.right = operands.right.from(row: start, column: 0)
        if start > 0 {
          slice.bias = nil
          slice.addend = UnsafePointer(operands.output)
          slice.addendStride = operands.outputStride
        }
        let last = start + part.depth == depth ? finish : nil
        if packsRight {
          part.packRight(slice.right, scratch, loop)
          part.runRows(slice, UnsafePointer(scratch), loop, last)
        } else {
          part.packLeft(slice.left, scratch, loop)
          part.runColumns(slice, UnsafePointer(scratch), loop, last)
        }
      }
    }
  }

  /// Below this many operations waking a second thread costs more than it saves.
  private static var smallest: Double { 200_000 }

  private func packRight(
    _ right: MatrixOperand<Element>, _ packed: UnsafeMutablePointer<Element>, _ loop: Loop
  ) {
    let kernels = Element.matmulKernels
    let width = 8 * Int(kernels.panelColumns)
    loop.forEach((columns + width - 1) / width) { item in
      kernels.packColumns(
        depth, item * width, min((item + 1) * width, columns), right.start, right.stride,
        right.flag, packed)
    }
  }

  private func packLeft(
    _ left: MatrixOperand<Element>, _ packed: UnsafeMutablePointer<Element>, _ loop: Loop
  ) {
    let kernels = Element.matmulKernels
    let width = 8 * Int(AKN_GEMM_PANEL_ROWS)
    loop.forEach((rows + width - 1) / width) { item in
      kernels.packRows(
        rows, depth, item * width, min((item + 1) * width, rows), left.start, left.stride,
        left.flag, packed)
    }
  }

  /// Items are blocks of rows; with few of them, columns are cut too.
  private func runRows(
    _ operands: Operands, _ packed: UnsafePointer<Element>, _ loop: Loop, _ finish: Finish?
  ) {
    let kernels = Element.matmulKernels
    let panel = Int(kernels.panelColumns)
    let high = (rows + Self.blockRows - 1) / Self.blockRows
    let panels = (columns + panel - 1) / panel
    // Four panels are the least that one row is multiplied with at once. Rows that are summed in
    // several chunks stay in the second cache in between.
    let cuts = max(
      high < 8 ? min(16 / high, (panels + 3) / 4) : 1,
      depth > Self.chunk ? (columns + 1023) / 1024 : 1)
    let width = (panels + cuts - 1) / cuts * panel
    let wide = (columns + width - 1) / width
    loop.forEach(high * wide) { item in
      let top = item / wide * Self.blockRows
      let start = item % wide * width
      let range = top..<min(top + Self.blockRows, rows)
      let across = start..<min(start + width, columns)
      let block = block(range, across, operands)
      let left = operands.left.from(row: top, column: 0)
      kernels.rows(
        block.rows, block.columns, depth, left.start, left.stride, left.flag,
        packed + start * depth, block.output, block.outputStride, block.bias, block.addend,
        block.addendStride)
      finish?(range, across)
    }
  }

  /// Items are groups of whole panels of columns.
  private func runColumns(
    _ operands: Operands, _ packed: UnsafePointer<Element>, _ loop: Loop, _ finish: Finish?
  ) {
    let kernels = Element.matmulKernels
    let panel = Int(kernels.panelColumns)
    let panels = (columns + panel - 1) / panel
    // Few panels an item: they are summed chunk by chunk, all rows of a chunk for each.
    let width = max(1, min(16, (panels + 15) / 16)) * panel
    loop.forEach((columns + width - 1) / width) { item in
      let across = item * width..<min((item + 1) * width, columns)
      let block = block(0..<rows, across, operands)
      let right = operands.right.from(row: 0, column: across.lowerBound)
      kernels.columns(
        rows, block.columns, depth, packed, right.start, right.stride, right.flag, block.output,
        block.outputStride, block.bias, block.addend, block.addendStride)
      finish?(0..<rows, across)
    }
  }

  /// Items are blocks of fixed size, since a BLAS promises the same bits only for the same call.
  private func runBLAS(_ operands: Operands, _ loop: Loop, _ finish: Finish?) {
    let height = 256
    let width = 1024
    let wide = (columns + width - 1) / width
    loop.forEach((rows + height - 1) / height * wide) { item in
      let range = item / wide * height..<min((item / wide + 1) * height, rows)
      let across = item % wide * width..<min((item % wide + 1) * width, columns)
      let block = block(range, across, operands)
      let isSum = block.bias != nil || block.addend != nil || depth == 0
      if isSum { prepare(block) }
      if depth > 0 {
        Element.matmulKernels.blas(
          block, operands.left.from(row: range.lowerBound, column: 0),
          operands.right.from(row: 0, column: across.lowerBound), isSum ? 1 : 0)
      }
      finish?(range, across)
    }
  }

  /// Puts what is added to a product in its place.
  private func prepare(_ block: MatrixBlock<Element>) {
    for row in 0..<block.rows {
      let output = block.output + row * block.outputStride
      if let addend = block.addend {
        let source = addend + row * block.addendStride
        if source != UnsafePointer(output) { output.update(from: source, count: block.columns) }
      } else {
        output.update(repeating: 0, count: block.columns)
      }
      if let bias = block.bias {
        Element.matmulKernels.add(block.columns, bias, output, output)
      }
    }
  }

  private func block(
    _ range: Range<Int>, _ across: Range<Int>, _ operands: Operands
  ) -> MatrixBlock<Element> {
    MatrixBlock(
      rows: range.count, columns: across.count, depth: depth,
      output: operands.output + range.lowerBound * operands.outputStride + across.lowerBound,
      outputStride: operands.outputStride, bias: operands.bias.map { $0 + across.lowerBound },
      addend: operands.addend.map {
        $0 + range.lowerBound * operands.addendStride + across.lowerBound
      },
      addendStride: operands.addendStride)
  }
}

/// A loop on a pool or on the calling thread.
private struct Loop {
  var pool: ThreadPool?

  func forEach(_ count: Int, _ body: (Int) -> Void) {
    if let pool { pool.forEach(count, body) } else { for index in 0..<count { body(index) } }
  }
}
