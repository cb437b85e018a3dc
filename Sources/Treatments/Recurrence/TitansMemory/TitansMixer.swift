internal import LanguageModels
internal import Tensors

/// How a memory and attention within a window go together [189].
enum MemoryWiring: String, CaseIterable {
  /// Attention's result times a gate that the memory makes of the same input: MAG.
  case gate
  /// Attention reads what the memory returned: MAL.
  case layer
  /// The memory alone: LMM.
  case memory
}

/// A token mixer with a memory that learns at test time, with or without attention beside it.
final class TitansMixer<Element: TensorElement>: TokenMixer {
  private let name: String
  private let wiring: MemoryWiring
  private let memory: MemoryLayer<Element>
  private let memoryNorm: Norm<Element>
  private let shape: MemoryLayerShape
  private let attention: PersistentAttention<Element>?
  private let inner: Linear<Element>?
  private let output: Linear<Element>

  /// A mixer; where attention stands beside the memory, its projections are taken over.
  init(
    _ name: String, _ wiring: MemoryWiring, _ shape: MemoryLayerShape,
    attention: PersistentAttention<Element>?, output: Linear<Element>,
    in model: LanguageModel<Element>
  ) {
    self.name = name
    self.wiring = wiring
    self.shape = shape
    self.attention = attention
    self.output = output
    let width = model.configuration.width
    memory = MemoryLayer("\(name).memory", shape, in: model)
    memoryNorm = Norm(
      "\(name).memoryNorm", width: shape.inner, .rootMeanSquare(), in: model.parameters)
    inner =
      wiring == .layer
      ? Linear(
        "\(name).memoryOutput", shape.inner, width,
        deviation: StartingDeviations(model.configuration).hidden, hasBias: false,
        in: model.parameters) : nil
  }

  var hookSites: [String] { ["mixed"] }

  var state: MixerState {
    .constant(count: shape.stateCount + (attention?.stateCount ?? 0))
  }

  func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>,
    slot: Int
  ) -> Tensor<Element> {
    let tape = pass.tape
    let state = pass.cache.map { $0.state(slot) }
    let past = state.map { HeadColumns($0, column: shape.stateCount) }
    let remembered = memoryNorm.record(
      memory.record(input, in: pass, state: state.map { HeadColumns($0) }), on: tape)
    var mixed: Tensor<Element>
    switch (wiring, attention) {
    case (.gate, .some(let attention)):
      // Twice a sigmoid, so that a memory that says nothing leaves attention as it is.
      mixed = tape.scale(
        tape.gate(attention.record(input, in: pass, past: past), by: remembered), by: 2)
    case (.layer, .some(let attention)):
      let read = inner.map { $0.record(remembered, on: tape) } ?? remembered
      mixed = attention.record(read, in: pass, past: past)
    default:
      mixed = remembered
    }
    mixed = pass.site("\(name).mixed", mixed)
    return output.record(mixed, addingTo: residual, on: tape)
  }
}
