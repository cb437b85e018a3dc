import LanguageModels
import Tensors

/// The hidden matrices of a model under Muon, each block of columns by itself.
final class MuonMatrices<Element: TensorElement> {
  private struct Matrix {
    var parameter: Int
    var tensor: Tensor<Element>
    var momentum: UnsafeMutablePointer<Element>
    var rule: UpdateRule
    var blocks: [Block]
  }

  /// A matrix that is orthogonalised by itself: `rows` rows of `columns`, `stride` apart.
  private struct Block {
    var offset: Int
    var rows: Int
    var columns: Int
    var stride: Int
    var factor: Double
    var orthogonalization: Orthogonalization<Element>
  }

  private let settings: MuonSettings
  private let pool: ThreadPool
  private let matrices: [Matrix]
  /// The momentum of one parameter as it enters the step.
  private let update: UnsafeMutablePointer<Element>
  /// Pieces of a parameter whose momentum is one item of the pool.
  private static var chunk: Int { 16_384 }

  /// Whether Muon takes a parameter: hidden matrices, and stacks of them.
  static func takes(_ parameter: Parameter<Element>) -> Bool {
    guard case .hidden = parameter.role else { return false }
    return parameter.tensor.shape.count >= 2
  }

  init(
    _ settings: MuonSettings, parameters: [Parameter<Element>], rules: [UpdateRule],
    momenta: [UnsafeMutablePointer<Element>?], pool: ThreadPool, memory: Arena
  ) {
    self.settings = settings
    self.pool = pool
    // Blocks of one shape take turns on the same memory.
    var shared: [[Int]: Orthogonalization<Element>] = [:]
    var largest = 1
    var matrices: [Matrix] = []
    for (index, parameter) in parameters.enumerated() where Self.takes(parameter) {
      guard let momentum = momenta[index] else { continue }
      let shape = parameter.tensor.shape
      let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
      let ranges = rules[index].blocks.isEmpty ? [0..<columns] : rules[index].blocks
      var blocks: [Block] = []
      for item in 0..<(parameter.tensor.count / max(rows * columns, 1)) {
        for range in ranges {
          let key = [rows, range.count]
          let orthogonalization =
            shared[key]
            ?? Orthogonalization(
              rows: rows, columns: range.count, iterations: settings.iterations, pool: pool)
          shared[key] = orthogonalization
          blocks.append(
            Block(
              offset: item * rows * columns + range.lowerBound, rows: rows, columns: range.count,
              stride: columns,
              factor: settings.shapeScale.factor(inputs: rows, outputs: range.count),
              orthogonalization: orthogonalization))
        }
      }
      largest = max(largest, parameter.tensor.count)
      matrices.append(
        Matrix(
          parameter: index, tensor: parameter.tensor, momentum: momentum, rule: rules[index],
          blocks: blocks))
    }
    self.matrices = matrices
    update = memory.allocate(largest, of: Element.self)
  }

  func step(schedule: Double, gradientScale: Double, frozen: FrozenParameters<Element>) {
    // The spectral norm of an update is the same at every width, so that the parametrisation's
    // factor on the learning rate does not apply here.
    let rate = settings.learningRate * schedule
    let (momentumKernel, shrinkAdd) = (
      Element.optimizerKernels.momentum, Element.optimizerKernels.shrinkAdd
    )
    let (settings, update) = (settings, update)
    for matrix in matrices where !frozen[matrix.parameter] {
      guard let gradient = matrix.tensor.gradient else { continue }
      let count = matrix.tensor.count
      pool.forEach((count + Self.chunk - 1) / Self.chunk) { index in
        let start = index * Self.chunk
        momentumKernel(
          min(Self.chunk, count - start), gradient + start, matrix.momentum + start,
          update + start, settings.momentum, settings.isNesterov ? 1 : 0, gradientScale)
      }
      let shrink = 1 - rate * settings.weightDecay * matrix.rule.weightDecayScale
      for block in matrix.blocks {
        let solved = block.orthogonalization.run(update + block.offset, stride: block.stride)
        pool.forEach(block.rows) { row in
          shrinkAdd(
            block.columns, matrix.tensor.values + block.offset + row * block.stride, shrink,
            -rate * block.factor, solved + row * block.columns)
        }
      }
    }
  }
}
