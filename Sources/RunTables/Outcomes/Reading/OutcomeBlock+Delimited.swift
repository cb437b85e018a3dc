internal import Quantities

extension OutcomeBlock {
  /// Parses whole records with the labels of a worker; the layout's bytes are those of this block.
  static func parsing(
    _ layout: DelimitedLayout, count: Int, index: Int, worker: OutcomeWorker
  ) -> OutcomeBlock {
    var ends = 1
    for at in 0..<count where layout.bytes[at] == layout.newline { ends += 1 }
    let bytes = UnsafeBufferPointer(start: layout.bytes, count: count)
    var block = OutcomeBlock(
      index: index, worker: worker.number, capacity: ends + OutcomeBlock.listedRows(in: bytes),
      schema: worker.schema)
    var scanner = CellScanner(layout: layout, at: 0, end: count)
    worker.schema.plans.withUnsafeBufferPointer { plans in
      do throws(TableError) {
        while scanner.skipBlankLines() {
          let line = scanner.line
          if try block.parseRecord(&scanner, layout, plans, worker) {
            try worker.endRow(line: line, &block)
          }
        }
      } catch {
        block.error = error
      }
    }
    block.lineCount = scanner.line
    return block
  }

  /// False for a line of nothing but blanks.
  @inline(__always)
  private mutating func parseRecord(
    _ scanner: inout CellScanner, _ layout: DelimitedLayout,
    _ plans: UnsafeBufferPointer<OutcomeSchema.Plan>, _ worker: OutcomeWorker
  ) throws(TableError) -> Bool {
    let columns = plans.count
    let line = scanner.line
    for column in 0..<columns {
      let start = scanner.at
      let plan = plans[column]
      if case .number(let meaning) = plan, let number = scanner.plainNumber() {
        let content = UnsafeBufferPointer(start: layout.bytes + start, count: scanner.at - start)
        try worker.take(
          number: number, content, as: meaning, line: line, fileColumn: column, &self)
      } else {
        let cell = try scanner.cell()
        if columns > 1, column == 0, scanner.atRecordEnd, !cell.quoted, cell.start == cell.end {
          scanner.skipRecordEnd()
          return false
        }
        let content = UnsafeBufferPointer(
          start: layout.bytes + cell.start, count: cell.end - cell.start)
        if cell.hasDoubledQuotes {
          try TextInterner.undoubled(content).withUnsafeBufferPointer {
            (plain) throws(TableError) in
            try use(plan, plain, line, column, worker)
          }
        } else {
          try use(plan, content, line, column, worker)
        }
      }
      try scanner.endCell(column, of: columns, line: line)
    }
    return true
  }

  @inline(__always)
  private mutating func use(
    _ plan: OutcomeSchema.Plan, _ content: UnsafeBufferPointer<UInt8>, _ line: Int,
    _ fileColumn: Int, _ worker: OutcomeWorker
  ) throws(TableError) {
    switch plan {
    case .unused: break
    case .number(let meaning), .text(let meaning):
      try worker.take(
        content, as: meaning, line: line, fileColumn: fileColumn, &self)
    case .several:
      try use(worker.schema.uses[fileColumn], content, line, fileColumn, worker)
    }
  }

  @inline(__always)
  mutating func use(
    _ uses: [OutcomeSchema.Use], _ content: UnsafeBufferPointer<UInt8>, _ line: Int,
    _ fileColumn: Int, _ worker: OutcomeWorker
  ) throws(TableError) {
    for use in uses {
      switch use {
      case .column(let meaning):
        try worker.take(
          content, as: meaning, line: line, fileColumn: fileColumn, &self)
      case .arm(let part):
        worker.takeArm(part, content, line: line, fileColumn: fileColumn)
      case .constant(let constant): worker.takeConstant(constant, content)
      case .label(let label):
        try worker.takeLabel(label, content, line: line, fileColumn: fileColumn, &self)
      case .wide(let column, let place):
        worker.takeWide(column, place, content, fileColumn: fileColumn)
      }
    }
  }
}
