import Foundation
import Synchronization

/// Reads a stream of records into blocks with several workers side by side.
struct OutcomeReading {
  var schema: OutcomeSchema
  var threads: Int

  struct Result {
    var blocks: [OutcomeBlock]
    var workers: [OutcomeWorker]
    var linesBefore: Int
  }

  /// Throws the first error in file order, whichever worker met it.
  func run(
    _ records: RecordBlocks, linesBefore: Int,
    _ parse: @Sendable (ByteBuffer, Int, OutcomeWorker) -> OutcomeBlock
  ) throws(TableError) -> Result {
    let workers = (0..<max(threads, 1)).map { OutcomeWorker(number: $0, schema: schema) }
    let done = Mutex<(blocks: [OutcomeBlock], failure: TableError?)>(([], nil))
    DispatchQueue.concurrentPerform(iterations: workers.count) { number in
      let worker = workers[number]
      do throws(TableError) {
        while let index = try records.next(worker.buffer) {
          let block = parse(worker.buffer, index, worker)
          // Blocks before a broken one are in the hands of other workers already.
          if block.error != nil { records.stop() }
          done.withLock { $0.blocks.append(block) }
        }
      } catch {
        done.withLock { $0.failure = error }
      }
    }
    var (blocks, failure) = done.withLock { $0 }
    blocks.sort { $0.index < $1.index }
    try blocks.throwFirstError(linesBefore: linesBefore)
    if let failure { throw failure }
    return Result(blocks: blocks, workers: workers, linesBefore: linesBefore)
  }
}

extension OutcomeReading.Result {
  var rowCount: Int { blocks.reduce(0) { $0 + $1.rows } }

  /// 1-based.
  func line(ofRow row: Int) -> Int {
    var before = linesBefore + 1
    var first = 0
    for block in blocks {
      if row < first + block.rows { return before + block.line(ofRow: row - first) }
      first += block.rows
      before += block.lineCount
    }
    return before
  }
}
