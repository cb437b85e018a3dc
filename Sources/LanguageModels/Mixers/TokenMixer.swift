public import Tensors

/// A part of a layer that moves information between tokens, before it is added to the stream.
///
/// A treatment brings its own by conforming a type and putting it into ``Block/tokenMixer``.
public protocol TokenMixer<Element>: AnyObject {
  /// The numbers it computes with.
  associatedtype Element: TensorElement

  /// The names of the sites at which hooks can read or replace its activations, within the mixer.
  var hookSites: [String] { get }

  /// Records the mixer.
  ///
  /// `input` holds normalised activations, `[batch · length, width]`. The result is added to
  /// `residual` if there is one. While decoding, the pass's cache holds this layer's past in the
  /// entry `slot`. Returns `[batch · length, width]`.
  func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>,
    slot: Int
  ) -> Tensor<Element>

  /// What decoding has to keep of a sequence for this mixer.
  var state: MixerState { get }
}

/// A part of a layer that transforms each token by itself.
public protocol ChannelMixer<Element>: AnyObject {
  /// The numbers it computes with.
  associatedtype Element: TensorElement

  /// The names of the sites at which hooks can read or replace its activations, within the mixer.
  var hookSites: [String] { get }

  /// Records the mixer. `input` holds normalised activations, `[batch · length, width]`. The result
  /// is added to `residual` if there is one. Returns `[batch · length, width]`.
  func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>
  ) -> Tensor<Element>
}
