/// The largest sizes that a model may have.
///
/// They are far beyond anything trained, and keep every product of sizes inside 63 bits and every list
/// of layers short enough to be made before a file of weights is looked at.
enum ModelLimits {
  /// Layers, and passes through them.
  static let layers = 1 << 13
  /// The width of the residual stream, of a layer and of all heads together.
  static let width = 1 << 22
  static let vocabulary = 1 << 26
  static let context = 1 << 26
  static let experts = 1 << 14
}
