import LanguageModels
import Tensors

/// What a gate makes of the product of token and matrix.
enum GateActivation: String, CaseIterable {
  /// Between 0 and 1.
  case sigmoid
  /// Between 0.5 and 1: as non-linear, but never closed.
  case halfSigmoid = "half-sigmoid"
  /// Unbounded.
  case silu
}

/// y ⊙ a(x W + b), or y + a(x W + b), where x is the normalised input of the layer [7].
final class Gate<Element: TensorElement>: HeadCombiner {
  let weight: Tensor<Element>
  let bias: Tensor<Element>?
  private let activation: GateActivation
  private let isAdditive: Bool

  /// Declares the matrix, and a bias if there is something for it to start from.
  init(
    _ name: String, width: Int, outputs: Int, activation: GateActivation, isAdditive: Bool,
    biasStart: Double?, deviation: Double, in parameters: ParameterSet<Element>
  ) {
    self.activation = activation
    self.isAdditive = isAdditive
    weight = parameters.declare(
      "\(name).weight", [width, outputs], role: .hidden(fanIn: width),
      startingAs: .normal(standardDeviation: deviation))
    bias = biasStart.map {
      parameters.declare("\(name).bias", [outputs], role: .vector, startingAs: .constant($0))
    }
  }

  func record(
    _ mixed: Tensor<Element>, input: Tensor<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    let scores = tape.linear(input, weight: weight, bias: bias)
    if isAdditive {
      switch activation {
      case .sigmoid: return tape.add(mixed, tape.sigmoid(scores))
      case .halfSigmoid:
        let half = tape.input([scores.columnCount])
        half.buffer.update(repeating: 0.5)
        return tape.add(mixed, tape.add(tape.scale(tape.sigmoid(scores), by: 0.5), bias: half))
      case .silu: return tape.add(mixed, tape.apply(.silu, to: scores))
      }
    }
    switch activation {
    case .sigmoid: return tape.gate(mixed, by: scores)
    case .halfSigmoid: return tape.scale(tape.add(mixed, tape.gate(mixed, by: scores)), by: 0.5)
    case .silu: return tape.scaleHeads(mixed, by: tape.apply(.silu, to: scores))
    }
  }
}

/// A gate on some columns of queries, keys and values.
final class ProjectionGate<Element: TensorElement>: ProjectionTransform {
  private let gate: Gate<Element>
  private let columns: Range<Int>

  init(_ gate: Gate<Element>, columns: Range<Int>) {
    self.gate = gate
    self.columns = columns
  }

  func record(
    _ projected: Tensor<Element>, input: Tensor<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    let gated = gate.record(tape.columns(projected, columns), input: input, in: pass)
    var parts = [gated]
    if columns.lowerBound > 0 {
      parts.insert(tape.columns(projected, 0..<columns.lowerBound), at: 0)
    }
    if columns.upperBound < projected.columnCount {
      parts.append(tape.columns(projected, columns.upperBound..<projected.columnCount))
    }
    return tape.concatenateColumns(parts)
  }
}
