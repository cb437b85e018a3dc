import Tensors
import Testing

/// Derivatives of linear maps and batches of products by central differences in double precision.
struct MatmulGradientTests {
  @Test(arguments: [false, true])
  func linear(isTransposed: Bool) {
    GradientCheck().run([[5, 7], isTransposed ? [6, 7] : [7, 6], [6], [5, 6]]) { tape, inputs in
      [
        tape.linear(
          inputs[0], weight: inputs[1], isTransposed: isTransposed, bias: inputs[2],
          residual: inputs[3])
      ]
    }
  }

  @Test(arguments: [
    PointwiseFunction.gelu, .geluTanh, .silu, .relu, .reluSquared,
  ])
  func activation(activation: PointwiseFunction) {
    GradientCheck().run([[4, 3], [3, 5], [5], [4, 5]]) { tape, inputs in
      [
        tape.linear(
          inputs[0], weight: inputs[1], bias: inputs[2], activation: activation,
          residual: inputs[3])
      ]
    }
  }

  /// The stream of a network: its own residual, and a weight that is used twice.
  @Test func residualStream() {
    GradientCheck().run([[6, 4], [4, 4]]) { tape, inputs in
      let once = tape.linear(inputs[0], weight: inputs[1], residual: inputs[0])
      return [tape.linear(once, weight: inputs[1], activation: .silu, residual: once)]
    }
  }

  /// No gradient is computed for what wants none.
  @Test(arguments: [0, 1, 2])
  func constants(constant: Int) {
    GradientCheck(constants: [constant]).run([[3, 4], [4, 2], [2]]) { tape, inputs in
      [tape.linear(inputs[0], weight: inputs[1], bias: inputs[2])]
    }
  }

  @Test(arguments: [false, true], [false, true])
  func batches(leftIsTransposed: Bool, rightIsTransposed: Bool) {
    GradientCheck().run([
      leftIsTransposed ? [3, 5, 4] : [3, 4, 5], rightIsTransposed ? [3, 2, 5] : [3, 5, 2],
    ]) { tape, inputs in
      [
        tape.matmul(
          inputs[0], inputs[1], leftIsTransposed: leftIsTransposed,
          rightIsTransposed: rightIsTransposed)
      ]
    }
  }
}
