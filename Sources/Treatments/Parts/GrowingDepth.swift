public import LanguageModels
public import Tensors

/// Runs the first layers of a model alone, as many as there are so far.
///
/// What is trained reads constants: nothing is differentiated through layers that are frozen.
public final class GrowingDepth<Element: TensorElement>: DepthController {
  /// The number of layers that run: one number, kept with the model.
  public let count: Tensor<Element>

  /// Declares the number of layers of the grown model, all of them to begin with.
  public init(layers: Int, in parameters: ParameterSet<Element>) {
    count = parameters.declareBuffer(
      "growth.layers", [1], startingAs: .constant(Double(layers)))
  }

  /// The states of all layers.
  public func mixerStates(of model: LanguageModel<Element>) -> [MixerState] {
    model.blocks.map { $0.tokenMixer.state }
  }

  /// Records the layers that there are so far.
  ///
  /// - Returns: what the head reads.
  public func record(
    _ stream: Tensor<Element>, through model: LanguageModel<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let active = Int(count.values[0])
    let frozen = model.parameters.frozen
    func isFrozen(_ prefix: String) -> Bool {
      model.parameters.parameters.allSatisfy {
        !$0.name.hasPrefix(prefix) || frozen.contains($0.name)
      }
    }
    var last = -1
    if pass.isTraining, isFrozen("embedding.") {
      last = (0..<active).prefix { isFrozen("\(model.blocks[$0].name).") }.count
    }
    var stream = last == 0 ? pass.tape.constant(stream) : stream
    for index in 0..<active {
      stream = model.blocks[index].record(stream, in: pass, slot: index)
      if index + 1 == last { stream = pass.tape.constant(stream) }
    }
    return model.normalized(stream, on: pass.tape)
  }
}

extension ParameterSet {
  /// Freezes or frees the parameters of each layer.
  func freezeLayers(_ layers: Int, where isFrozen: (Int) -> Bool) {
    for layer in 0..<layers {
      setFrozen(isFrozen(layer)) { $0.hasPrefix("layers.\(layer).") }
    }
  }
}

extension ModelConfiguration {
  /// Arithmetic of a forward pass of the first layers alone, with and without the head, for a token.
  func operationsPerToken(
    ofFirst count: Int, length: Int
  ) -> (layers: Double, head: Double) {
    var model = self
    model.layers = Array(layers.prefix(count))
    if case .repeated(_, let last, _) = depth, last >= count { model.depth = .sequential }
    let parts: [(part: String, operations: Double)] =
      ModelCosts(model).forwardOperations(length: length)
    var (body, head) = (0.0, 0.0)
    for part in parts {
      if part.part == "head" { head += part.operations } else { body += part.operations }
    }
    return (body / Double(length), head / Double(length))
  }
}
