public import Tensors

/// Decides which layers run between the embedding and the head, in which order, on which tokens.
public protocol DepthController<Element>: AnyObject {
  /// The numbers it computes with.
  associatedtype Element: TensorElement

  /// Records everything between the embedding and the head. `stream` has the embedded tokens,
  /// `[batch · length, width]`. The model's blocks and ``LanguageModel/normalized(_:on:)`` are
  /// used. Returns what the head reads, normalised, `[batch · length, width]`.
  func record(
    _ stream: Tensor<Element>, through model: LanguageModel<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element>

  /// What each use of a layer needs kept while decoding, in the order of the slots that
  /// ``record(_:through:in:)`` passes to them.
  func mixerStates(of model: LanguageModel<Element>) -> [MixerState]
}

/// A step of a training run, before it is taken.
public struct TrainingMoment: Hashable, Sendable {
  /// The number of steps taken so far.
  public var step: Int
  /// The number of steps of the run.
  public var steps: Int

  /// A step of a run.
  public init(step: Int, steps: Int) {
    self.step = step
    self.steps = steps
  }

  /// How much of the run is done, from 0 to 1.
  public var fraction: Double { Double(step) / Double(max(steps, 1)) }
}
