/// The tensors of a checkpoint by the names that `transformers` gives them, whatever a trainer has
/// put around those.
///
/// `torch.compile`, data-parallel and sharding wrappers and trainers' modules put components of
/// their own into names, such as `module._orig_mod.model.norm.weight`.
struct TensorNames {
  /// The names of the wrappers of PyTorch, Lightning and fairscale; no tensor of a model that is
  /// read here has such a component.
  private static let wrappers: Set<Substring> = [
    "_orig_mod", "module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
    "_forward_module", "_fpw_module",
  ]

  /// The name in the file of each name without wrappers.
  let stored: [String: String]

  /// Takes wrappers off names, and then as many components that all names begin with as it needs for
  /// the rest to be complete: a trainer may keep a model under a name such as `model` or `net`.
  ///
  /// - Throws: ``CheckpointError`` where two tensors have one name without wrappers.
  init(
    _ names: [String], file: String, isComplete: (Set<String>) -> Bool
  ) throws(CheckpointError) {
    let parts = names.map { name in
      name.split(separator: ".", omittingEmptySubsequences: false)
        .filter { !Self.wrappers.contains($0) }
    }
    func joined(_ leading: Int) -> [String] {
      parts.map { $0.dropFirst(leading).joined(separator: ".") }
    }
    let first = parts.first ?? []
    let shared =
      parts.map { zip($0, first).prefix { $0 == $1 }.count }.min().map { min($0, 4) } ?? 0
    let leading = (0...shared).first { isComplete(Set(joined($0))) } ?? 0
    var stored: [String: String] = [:]
    for (name, short) in zip(names, joined(leading)) {
      if let other = stored[short] {
        throw CheckpointError(
          .badData, file: file, part: "tensor \(name)",
          "it is \(short) without what trainers put into names, and so is \(other)")
      }
      stored[short] = name
    }
    self.stored = stored
  }
}
