import LanguageModels
import Statistics
import Tensors
import Testing
import Treatments

/// Gradients of all parameters of treated models against central differences in double precision.
@Suite struct EveryGradientTests {
  /// Parameters whose gradient is not the derivative of the loss, because the method says so: by the
  /// name of the card, the ends of their names (all parameters for an empty one).
  static let deliberatelyDifferent: [String: [String]] = [:]

  @Test(arguments: TreatmentFixtures.cases)
  func gradientsAgreeWithCentralDifferences(_ test: TreatedCase) throws {
    let model = try test.model(as: Double.self)
    let (batch, length) = (2, 12)
    let tape = Tape<Double>(pool: .inline)
    let pass = ForwardPass(tape: tape, batch: batch, length: length)
    pass.tokens.assign(TreatmentFixtures.tokens(batch * length))
    let targets = tape.indices([batch * length])
    targets.assign(TreatmentFixtures.tokens(batch * length, seed: 8))
    targets.values[3] = -1
    let loss = model.loss(pass, targets: targets, zLoss: 0.01)
    Self.settle(model, tape)
    // Forward and backward passes may move state on; the loss is compared where it was.
    let state = model.parameters.buffers.map(\.tensor.array)
    func value() -> Double {
      for (buffer, values) in zip(model.parameters.buffers, state) {
        _ = buffer.tensor.buffer.update(fromContentsOf: values)
      }
      tape.replay()
      return loss.values[0]
    }
    _ = value()
    tape.backward(from: loss)

    let excluded = Self.deliberatelyDifferent[test.card.name] ?? []
    var random = SplittableRandom(seed: 1)
    for parameter in model.parameters.parameters
    where !excluded.contains(where: { parameter.name.hasSuffix($0) })
      && !model.parameters.frozen.contains(parameter.name)
    {
      let tensor = parameter.tensor
      let gradient = tensor.gradientArray
      let scale = gradient.map(abs).max() ?? 0
      for _ in 0..<3 {
        let index = random.nextIndex(below: tensor.count)
        let start = tensor.values[index]
        let step = 1e-5 * max(abs(start), 0.1)
        func at(_ offset: Double) -> Double {
          tensor.values[index] = start + offset
          return value()
        }
        // Five points: the error is of fourth order in the step.
        let slope = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)
        tensor.values[index] = start
        // The loss is rounded, which a small step magnifies.
        let rounding = 8 * abs(loss.values[0]) * Double.ulpOfOne / step
        let tolerance = 1e-6 * max(abs(slope), scale, 1e-3) + rounding
        #expect(
          abs(gradient[index] - slope) <= tolerance,
          "\(parameter.name)[\(index)]: \(gradient[index]) against \(slope)")
      }
    }
  }

  /// Lets state that each forward pass improves, such as that of a power iteration, come to rest.
  private static func settle(_ model: LanguageModel<Double>, _ tape: Tape<Double>) {
    let buffers = model.parameters.buffers
    guard !buffers.isEmpty else { return }
    for _ in 0..<4_000 {
      let before = buffers.map(\.tensor.array)
      tape.replay()
      let moved = zip(before, buffers).contains { old, buffer in
        zip(old, buffer.tensor.buffer).contains { abs($0 - $1) > 1e-13 }
      }
      if !moved { return }
    }
  }
}
