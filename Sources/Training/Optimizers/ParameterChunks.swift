import LanguageModels
import Tensors

/// All trained numbers of a model cut into pieces of fixed size, the items of a pool's loops.
///
/// The cuts depend on the parameters' sizes alone, and so do the orders of sums over them.
final class ParameterChunks<Element: TensorElement> {
  struct Chunk {
    var parameter: Int
    var start: Int
    var count: Int
  }

  let tensors: [Tensor<Element>]
  let chunks: [Chunk]
  let ranges: [Range<Int>]
  private let partials: UnsafeMutablePointer<Double>

  /// 64 KB of single precision: four such streams stay in the second cache.
  private static var size: Int { 16_384 }

  init(_ parameters: ParameterSet<Element>) {
    tensors = parameters.parameters.map(\.tensor)
    var chunks: [Chunk] = []
    var ranges: [Range<Int>] = []
    for (index, tensor) in tensors.enumerated() {
      let first = chunks.count
      for start in stride(from: 0, to: tensor.count, by: Self.size) {
        chunks.append(
          Chunk(parameter: index, start: start, count: min(Self.size, tensor.count - start)))
      }
      ranges.append(first..<chunks.count)
    }
    self.chunks = chunks
    self.ranges = ranges
    partials = .allocate(capacity: max(chunks.count, 1))
    partials.initialize(repeating: 0, count: max(chunks.count, 1))
  }

  deinit { partials.deallocate() }

  /// The sum of one number a chunk, by parameter and in all, both from first to last.
  func sum(
    on pool: ThreadPool, into sums: inout [Double], _ number: (Chunk) -> Double
  ) -> Double {
    let (chunks, partials) = (chunks, partials)
    pool.forEach(chunks.count) { partials[$0] = number(chunks[$0]) }
    var total = 0.0
    for (parameter, range) in ranges.enumerated() {
      var sum = 0.0
      for chunk in range { sum += partials[chunk] }
      sums[parameter] = sum
      total += sum
    }
    return total
  }

  /// The squared norm of the gradient of each parameter, and of all together. `squares` gets one
  /// number a parameter, zero for one that the loss does not depend on or that is frozen. Returns
  /// the sum; not a number, or infinite, exactly if some gradient is.
  func gradientSquares(
    on pool: ThreadPool, into squares: inout [Double], frozen: FrozenParameters<Element>
  ) -> Double {
    let tensors = tensors
    return sum(on: pool, into: &squares) { chunk in
      guard !frozen[chunk.parameter], let gradient = tensors[chunk.parameter].gradient else {
        return 0
      }
      return Element.pointwiseKernels.squareSum(chunk.count, gradient + chunk.start)
    }
  }
}
