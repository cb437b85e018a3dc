internal import Foundation
import LanguageModels
import Tensors

/// The choices of selective self-attention.
enum SelectiveScale {
  /// How the number of tokens that a query sees enters its temperature.
  enum Position: String, CaseIterable {
    /// c = exp(−exp(β)).
    case constrained
    /// c = β.
    case unconstrained
    /// Not at all.
    case none

    /// What β starts from.
    var start: Double { self == .constrained ? 2 : 1e-5 }
  }
}

/// Queries times 1 + c·log t + tanh(gelu(q) w_q), a factor a head, and values times
/// 1 + tanh(gelu(v) w_v) [167].
///
/// The matrix inside the content's function is shared with the projection of queries or values
/// itself, so that only the columns w are new; they start at zero, and all factors near one.
final class SelectiveScaling<Element: TensorElement>: ProjectionTransform {
  private let configuration: AttentionConfiguration
  private let position: SelectiveScale.Position
  private let coefficient: Tensor<Element>?
  private let queries: Tensor<Element>?
  private let values: Tensor<Element>?

  init(
    _ name: String, _ configuration: AttentionConfiguration, position: SelectiveScale.Position,
    scalesQueries: Bool, scalesValues: Bool, in parameters: ParameterSet<Element>
  ) {
    self.configuration = configuration
    self.position = position
    coefficient =
      position == .none
      ? nil
      : parameters.declare(
        "\(name).position", [1], role: .vector, startingAs: .constant(position.start))
    func matrix(_ part: String, _ heads: Int) -> Tensor<Element> {
      let inner = heads * configuration.headWidth
      return parameters.declare(
        "\(name).\(part)", [inner, heads], role: .hidden(fanIn: inner), startingAs: .constant(0))
    }
    queries = scalesQueries ? matrix("queries", configuration.headCount) : nil
    values = scalesValues ? matrix("values", configuration.keyValueHeadCount) : nil
  }

  func record(
    _ projected: Tensor<Element>, input: Tensor<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    let inner = configuration.headCount * configuration.headWidth
    let valueColumn = inner + configuration.keyValueHeadCount * configuration.headWidth
    let ofQueries = tape.columns(projected, 0..<inner)
    let ofKeys = tape.columns(projected, inner..<valueColumn)
    let ofValues = tape.columns(projected, valueColumn..<projected.columnCount)
    let factors = factors(ofQueries, in: pass)
    return tape.concatenateColumns([
      tape.scaleHeads(ofQueries, by: factors), ofKeys,
      values.map { tape.scaleHeads(ofValues, by: onePlus(content(ofValues, $0, in: pass), tape)) }
        ?? ofValues,
    ])
  }

  /// The factors of queries, `[rows, H]`.
  func factors(_ ofQueries: Tensor<Element>, in pass: ForwardPass<Element>) -> Tensor<Element> {
    let tape = pass.tape
    let parts = [
      queries.map { content(ofQueries, $0, in: pass) },
      coefficient.map { ofPosition($0, in: pass) },
    ].compactMap { $0 }
    guard let first = parts.first else { return ones([pass.rows, configuration.headCount], tape) }
    return onePlus(parts.dropFirst().reduce(first) { tape.add($0, $1) }, tape)
  }

  private func content(
    _ heads: Tensor<Element>, _ matrix: Tensor<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    return tape.tanh(tape.linear(tape.apply(.gelu, to: heads), weight: matrix))
  }

  /// c·log t for each head, where t counts the tokens up to and with the query's.
  private func ofPosition(
    _ coefficient: Tensor<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    let count = pass.cache?.maximumLength ?? pass.length
    let logarithms = tape.input([count, 1])
    for index in 0..<count { logarithms.values[index] = Element(log(Double(index + 1))) }
    let ofRows = tape.embedding(logarithms, pass.positions)
    let c =
      position == .constrained
      ? tape.exp(tape.scale(tape.exp(coefficient), by: -1)) : coefficient
    let ofHeads = tape.reshape(
      tape.scaleHeads(
        ones([1, configuration.headCount], tape), by: tape.reshape(c, [1, 1])),
      [1, configuration.headCount])
    return tape.linear(ofRows, weight: ofHeads)
  }

  private func onePlus(_ x: Tensor<Element>, _ tape: Tape<Element>) -> Tensor<Element> {
    tape.add(x, bias: ones([x.columnCount], tape))
  }

  private func ones(_ shape: [Int], _ tape: Tape<Element>) -> Tensor<Element> {
    let tensor = tape.input(shape)
    tensor.buffer.update(repeating: 1)
    return tensor
  }
}
