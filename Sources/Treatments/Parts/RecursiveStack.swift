internal import Cards
internal import LanguageModels

/// A stack whose middle layers are a block that runs several times [95].
struct RecursiveStack: Hashable, Sendable {
  /// How often the block runs, N_r.
  let recursions: Int
  /// The number of layers before the block.
  let first: Int
  /// The number of layers after the block.
  let last: Int
  /// Whether the number of layers that run stays as it was, or the number that there are.
  let keepsDepth: Bool

  /// The options that every such treatment has.
  static var options: [CardOption] {
    [
      .whole("recursions", 2, in: 1...16, "how often the shared block runs"),
      .whole("first-layers", 1, in: 0...64, "layers of their own before the block"),
      .whole("last-layers", 1, in: 0...64, "layers of their own after the block"),
      .choice(
        "keep", "depth", of: ["depth", "parameters"],
        "whether as many layers run as before, of which fewer have weights of their own, or all "
          + "layers stay and those in the middle run more than once"),
    ]
  }

  /// The treatment with some options.
  init(_ options: OptionValues) {
    recursions = options.whole("recursions")
    first = options.whole("first-layers")
    last = options.whole("last-layers")
    keepsDepth = options.word("keep") == "depth"
  }

  /// Shares the middle layers.
  ///
  /// - Throws: ``TreatmentError`` for a model whose middle layers do not divide.
  func configure(
    _ model: inout ModelConfiguration, for card: TreatmentCard
  ) throws(TreatmentError) {
    guard model.depth == .sequential else {
      throw TreatmentError(card.name, "the model's layers run more than once already")
    }
    let middle = model.layers.count - first - last
    guard middle > 0, !keepsDepth || middle % recursions == 0 else {
      throw TreatmentError(
        card.name, option: "recursions",
        "found \(recursions) for \(model.layers.count) layers, \(first) and \(last) of which are "
          + "their own; expected a divisor of the number between, at least 1")
    }
    let block = keepsDepth ? middle / recursions : middle
    guard Set(model.layers[first..<first + middle]).count == 1 || recursions == 1 || !keepsDepth
    else {
      throw TreatmentError(card.name, "layers that differ cannot share their weights")
    }
    model.layers.removeSubrange(first + block..<first + middle)
    guard recursions > 1 else { return }
    model.depth = .repeated(first: first, last: first + block - 1, times: recursions)
  }

  /// The layers of the block.
  func block(of layers: Int) -> Range<Int> { first..<layers - last }
}
