import LanguageModels
import Statistics
import Tensors
import Testing

/// Gradients of whole models against central differences in Float64.
@Suite struct ModelGradientTests {
  static var models: [(String, ModelConfiguration)] {
    SmallModels.causal.map { ($0.name, $0.configuration) } + [("bert", SmallModels.bert)]
  }

  @Test(arguments: models.map(\.0))
  func gradientsAgreeWithCentralDifferences(name: String) throws {
    let configuration = try #require(Self.models.first { $0.0 == name }?.1)
    let model = try SmallModels.make(configuration, as: Double.self)
    let (batch, length) = (2, 9)
    let tape = Tape<Double>(pool: .inline)
    let pass = ForwardPass(tape: tape, batch: batch, length: length)
    pass.tokens.assign(SmallModels.tokens(batch * length))
    for index in 0..<(batch * length) { pass.tokenTypes.values[index] = Int32(index % 2) }
    if configuration.head == .maskedTokens { pass.lengths.assign([Int32(length), 6]) }
    let targets = tape.indices([batch * length])
    targets.assign(SmallModels.tokens(batch * length, seed: 8))
    targets.values[3] = -1
    let loss = model.loss(pass, targets: targets, zLoss: 0.01)
    // The power iteration of spectral norms settles before derivatives are compared.
    for _ in 0..<5_000 where name == "spectral" { tape.replay() }
    let state = model.parameters.buffers.map(\.tensor.array)
    tape.backward(from: loss)
    // A backward pass moves the balance of a router on; the loss is compared where it was.
    for (buffer, values) in zip(model.parameters.buffers, state) {
      _ = buffer.tensor.buffer.update(fromContentsOf: values)
    }

    var random = SplittableRandom(seed: 1)
    var checked = 0
    for parameter in model.parameters.parameters {
      let tensor = parameter.tensor
      let gradient = tensor.gradientArray
      let scale = gradient.map(abs).max() ?? 0
      for _ in 0..<4 {
        let index = random.nextIndex(below: tensor.count)
        let value = tensor.values[index]
        let step = 1e-5 * max(abs(value), 0.1)
        func at(_ offset: Double) -> Double {
          tensor.values[index] = value + offset
          tape.replay()
          return loss.values[0]
        }
        // Five points: the error is of fourth order in the step.
        let slope =
          (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)
        tensor.values[index] = value
        let tolerance = 1e-6 * max(abs(slope), scale, 1e-3)
        #expect(
          abs(gradient[index] - slope) <= tolerance,
          "\(name) \(parameter.name)[\(index)]: \(gradient[index]) against \(slope)")
        checked += 1
      }
    }
    #expect(checked >= 20)
  }

  @Test func aRepeatedBackwardPassGivesTheSameGradients() throws {
    let model = try SmallModels.make(SmallModels.gpt2, as: Float.self)
    let tape = Tape<Float>(pool: .inline)
    let pass = ForwardPass(tape: tape, batch: 2, length: 8)
    pass.tokens.assign(SmallModels.tokens(16))
    let targets = tape.indices([16])
    targets.assign(SmallModels.tokens(16, seed: 8))
    let loss = model.loss(pass, targets: targets)
    tape.backward(from: loss)
    let first = model.parameters.parameters.map(\.tensor.gradientArray)
    let bytes = tape.arena.bytesUsed
    for _ in 0..<3 {
      tape.replay()
      model.parameters.clearGradients()
      tape.backward(from: loss)
    }
    #expect(model.parameters.parameters.map(\.tensor.gradientArray) == first)
    #expect(tape.arena.bytesUsed == bytes)
  }

  @Test(arguments: ["gpt2", "llama", "experts", "linear recurrence"])
  func anyNumberOfThreadsGivesTheSameBits(name: String) throws {
    let configuration = try #require(
      SmallModels.causal.first { $0.name == name }?.configuration)
    func run(_ threads: Int) throws -> [[Float]] {
      let model = try SmallModels.make(configuration, as: Float.self)
      let tape = Tape<Float>(pool: ThreadPool(threads: threads))
      let pass = ForwardPass(tape: tape, batch: 4, length: 16)
      pass.tokens.assign(SmallModels.tokens(64))
      let targets = tape.indices([64])
      targets.assign(SmallModels.tokens(64, seed: 8))
      let loss = model.loss(pass, targets: targets)
      tape.backward(from: loss)
      return [loss.array] + model.parameters.parameters.map(\.tensor.gradientArray)
    }
    let one = try run(1)
    #expect(try run(2) == one)
    #expect(try run(3) == one)
  }
}
