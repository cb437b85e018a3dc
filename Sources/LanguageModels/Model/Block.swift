public import Tensors

/// One layer of a model: a token mixer and a channel mixer, each around the residual stream.
///
/// The parts can be replaced between building a model and recording it, which is how treatments
/// change layers.
public final class Block<Element: TensorElement> {
  /// The dotted name of the layer, `layers.3`.
  public let name: String
  /// The normalisation of the token mixer.
  public var attentionNorm: Norm<Element>
  /// What moves information between tokens.
  public var tokenMixer: any TokenMixer<Element>
  /// The normalisation of the channel mixer.
  public var mlpNorm: Norm<Element>
  /// What transforms each token by itself.
  public var channelMixer: any ChannelMixer<Element>

  private let placement: NormPlacement

  /// Declares the parameters of a layer.
  public init(
    _ index: Int, _ configuration: LayerConfiguration, of model: ModelConfiguration,
    in parameters: ParameterSet<Element>
  ) {
    let name = "layers.\(index)"
    self.name = name
    placement = model.normPlacement
    let start = StartingDeviations(model)
    attentionNorm = Norm(
      "\(name).attentionNorm", width: model.width, model.normalization, in: parameters)
    switch configuration.tokenMixer {
    case .attention(let attention):
      tokenMixer = Attention(
        "\(name).attention", attention, start: start, model: model, in: parameters)
    case .linearRecurrence(let recurrence):
      tokenMixer = LinearAttention(
        "\(name).attention", recurrence, layer: index, start: start, model: model, in: parameters)
    }
    mlpNorm = Norm("\(name).mlpNorm", width: model.width, model.normalization, in: parameters)
    switch configuration.channelMixer {
    case .feedForward(let feedForward):
      channelMixer = FeedForward(
        "\(name).mlp", feedForward, start: start, model: model, in: parameters)
    case .experts(let experts):
      channelMixer = MixtureOfExperts(
        "\(name).mlp", experts, start: start, model: model, in: parameters)
    }
  }

  /// The full names of the sites at which hooks can read or replace activations.
  public var hookSites: [String] {
    ["attention.input"] + tokenMixer.hookSites.map { "attention.\($0)" } + ["attention.output"]
      + ["mlp.input"] + channelMixer.hookSites.map { "mlp.\($0)" } + ["mlp.output", "output"]
  }

  /// Records the layer. `stream` is the residual stream, `[batch · length, width]`. Returns the
  /// stream after the layer.
  public func record(
    _ stream: Tensor<Element>, in pass: ForwardPass<Element>, slot: Int
  ) -> Tensor<Element> {
    let mixed = sublayer(stream, "attention", attentionNorm, in: pass) { input, residual in
      tokenMixer.record(input, addingTo: residual, in: pass, slot: slot)
    }
    let result = sublayer(mixed, "mlp", mlpNorm, in: pass) { input, residual in
      channelMixer.record(input, addingTo: residual, in: pass)
    }
    return pass.site("\(name).output", result)
  }

  /// x + f(norm(x)), or norm(x + f(x)).
  private func sublayer(
    _ stream: Tensor<Element>, _ part: String, _ norm: Norm<Element>,
    in pass: ForwardPass<Element>,
    _ mix: (Tensor<Element>, Tensor<Element>?) -> Tensor<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    return tape.part("\(name).\(part)") {
      let site = "\(name).\(part)"
      // A hook on the sublayer's own output needs it before the addition; otherwise the last
      // matrix product adds to the stream itself.
      let isHooked = pass.hooks.sites.contains("\(site).output")
      let input =
        switch placement {
        case .before: norm.record(stream, on: tape)
        case .after: stream
        }
      var sum = mix(pass.site("\(site).input", input), isHooked ? nil : stream)
      if isHooked { sum = tape.add(stream, pass.site("\(site).output", sum)) }
      return placement == .after ? norm.record(sum, on: tape) : sum
    }
  }
}
