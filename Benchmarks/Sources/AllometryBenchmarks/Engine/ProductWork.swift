import Tensors

#if canImport(Accelerate)
  import Accelerate
#else
  import CBLAS
#endif

/// Square matrix products in single precision, by our kernels or by the system's BLAS, in turns.
struct ProductWork {
  var order: Int
  var threads: Int
  var usesBLAS: Bool

  func serve() {
    let tape = Tape<Float>(pool: ThreadPool(threads: threads), isDifferentiable: false)
    let left = tape.input([1, order, order])
    let right = tape.input([1, order, order])
    for index in 0..<order * order {
      left.values[index] = Float(index % 17) / 16 - 0.5
      right.values[index] = Float(index % 13) / 12 - 0.5
    }
    let output = tape.matmul(left, right)
    let ours = output.array
    #if !canImport(Accelerate)
      openblas_set_num_threads(Int32(threads))
    #endif
    multiply(left, right, output)
    let difference = zip(ours, output.array).reduce(0) { max($0, abs($1.0 - $1.1)) }
    precondition(difference < 1e-4 * Float(order), "the products differ by \(difference)")

    var lane = Lane(Turns())
    guard lane.begin() else { return }
    let operations = 2e-9 * Double(order) * Double(order) * Double(order)
    repeat {
      if usesBLAS { multiply(left, right, output) } else { tape.replay() }
    } while lane.did(operations)
    reportEnd([:])
  }

  private func multiply(_ left: Tensor<Float>, _ right: Tensor<Float>, _ output: Tensor<Float>) {
    let n = Int32(order)
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, left.values, n, right.values, n, 0,
      output.values, n)
  }
}

/// Reading memory over and over, in turns: the roof of decoding one sequence, which reads every
/// weight for every token.
struct ReadingWork {
  var bytes: Int
  var threads: Int

  func serve() {
    let pool = ThreadPool(threads: threads)
    let arena = Arena()
    // Pieces as large as the first cache, so that threads share them evenly.
    let piece = 512
    let count = bytes / MemoryLayout<SIMD16<Float>>.stride / piece * piece
    let values = arena.allocate(count, of: SIMD16<Float>.self)
    for index in 0..<count { values[index] = SIMD16(repeating: Float(index % 3)) }
    let sums = arena.allocate(count / piece, of: SIMD16<Float>.self)
    var lane = Lane(Turns())
    guard lane.begin() else { return }
    let amount = Double(count * MemoryLayout<SIMD16<Float>>.stride) * 1e-9
    repeat {
      pool.forEach(count / piece) { index in
        let part = values + index * piece
        // Independent sums, so that the processor waits for memory and not for additions.
        var (a, b) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
        for place in stride(from: 0, to: piece, by: 2) {
          a += part[place]
          b += part[place + 1]
        }
        sums[index] = a + b
      }
    } while lane.did(amount)
    reportEnd(["sum": Double(sums[count / piece - 1].sum())])
  }
}
