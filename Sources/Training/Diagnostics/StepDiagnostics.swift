import LanguageModels
import Tensors

/// The measurements of a step that concern parameters: norms of gradients and updates by group, and
/// the gradients of micro-batches. Nothing here changes what the step computes.
final class StepDiagnostics<Element: TensorElement> {
  private let work: ParameterChunks<Element>
  private let pool: ThreadPool
  private let groups: [String]
  private let groupOfParameter: [Int]
  /// The gradients after the last micro-batch, or the parameters before the step.
  private let copy: [UnsafeMutablePointer<Element>]
  private let memory = Arena()
  private var squares: [Double]
  private(set) var microBatches: [(squaredNorm: Double, tokens: Int)] = []

  init(_ parameters: ParameterSet<Element>, work: ParameterChunks<Element>, pool: ThreadPool) {
    self.work = work
    self.pool = pool
    var groups: [String] = []
    var positions: [String: Int] = [:]
    groupOfParameter = parameters.parameters.map { parameter in
      let group = Self.group(of: parameter.name)
      if let position = positions[group] { return position }
      positions[group] = groups.count
      groups.append(group)
      return groups.count - 1
    }
    self.groups = groups
    squares = Array(repeating: 0, count: parameters.parameters.count)
    let memory = memory
    copy = work.tensors.map { memory.allocate($0.count, of: Element.self) }
  }

  /// The part of the model that a parameter belongs to: `embedding`, `layers.3.attention`.
  static func group(of name: String) -> String {
    let parts = name.split(separator: ".")
    return parts.prefix(parts.first == "layers" ? 3 : 1).joined(separator: ".")
  }

  /// Starts a step: no micro-batch has left a gradient.
  func begin() { microBatches.removeAll(keepingCapacity: true) }

  /// Measures what one micro-batch added to the gradients. Those in `frozen` do not count.
  func addMicroBatch(share: Double, tokens: Int, frozen: FrozenParameters<Element>) {
    let isFirst = microBatches.isEmpty
    let (work, copy) = (work, copy)
    let square = work.sum(on: pool, into: &squares) { chunk in
      guard !frozen[chunk.parameter], let gradient = work.tensors[chunk.parameter].gradient else {
        return 0
      }
      let before = copy[chunk.parameter] + chunk.start
      if isFirst { before.update(repeating: 0, count: chunk.count) }
      return Self.squaredChange(chunk.count, gradient + chunk.start, before)
    }
    microBatches.append((square / (share * share), tokens))
  }

  func gradientNorms(_ squares: [Double]) -> [Diagnostic] {
    measurements("gradient_norm", squares)
  }

  func rememberParameters() {
    let (work, copy) = (work, copy)
    pool.forEach(work.chunks.count) { index in
      let chunk = work.chunks[index]
      (copy[chunk.parameter] + chunk.start).update(
        from: work.tensors[chunk.parameter].values + chunk.start, count: chunk.count)
    }
  }

  /// The norm of what a step changed over the norm of what was there, by group of parameters.
  func updateRatios() -> [Diagnostic] {
    let (work, copy) = (work, copy)
    var before = squares
    _ = work.sum(on: pool, into: &before) { chunk in
      Element.pointwiseKernels.squareSum(chunk.count, copy[chunk.parameter] + chunk.start)
    }
    _ = work.sum(on: pool, into: &squares) { chunk in
      Self.squaredChange(
        chunk.count, work.tensors[chunk.parameter].values + chunk.start,
        copy[chunk.parameter] + chunk.start)
    }
    return zip(measurements("update_ratio", squares), measurements("", before)).map {
      Diagnostic(
        measure: $0.measure, place: $0.place, value: $1.value > 0 ? $0.value / $1.value : 0)
    }
  }

  private func measurements(_ measure: String, _ squares: [Double]) -> [Diagnostic] {
    var sums = [Double](repeating: 0, count: groups.count)
    for (parameter, group) in groupOfParameter.enumerated() { sums[group] += squares[parameter] }
    return zip(groups, sums).map {
      Diagnostic(measure: measure, place: $0, value: $1.squareRoot())
    }
  }

  /// |now − before|², leaving `now` in the place of `before`.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private static func squaredChange(
    _ count: Int, _ now: UnsafePointer<Element>, _ before: UnsafeMutablePointer<Element>
  ) -> Double {
    var sum = 0.0
    for index in 0..<count {
      let change = Double(now[index]) - Double(before[index])
      sum += change * change
      before[index] = now[index]
    }
    return sum
  }
}
