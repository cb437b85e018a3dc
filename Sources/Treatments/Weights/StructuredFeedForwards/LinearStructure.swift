/// How a linear map is made of two smaller ones, x W → (x A) B [112].
public enum LinearStructure: Hashable, Sendable {
  /// A `[in, rank]`, B `[rank, out]`.
  case lowRank(rank: Int)
  /// A and B block-diagonal with a stride permutation before and after B, so that blocks mix: a
  /// Monarch matrix. The width between is the smaller of the two.
  case blockShuffle(blocks: Int)
  /// A block-diagonal to `rank` columns, B dense `[rank, out]`.
  case blockDense(rank: Int, blocks: Int)

  /// The shapes of A and B; blocks come first.
  public func shapes(inputs: Int, outputs: Int) -> (first: [Int], second: [Int]) {
    switch self {
    case .lowRank(let rank):
      return ([inputs, rank], [rank, outputs])
    case .blockShuffle(let blocks):
      let inner = min(inputs, outputs) / blocks
      return ([blocks, inputs / blocks, inner], [blocks, inner, outputs / blocks])
    case .blockDense(let rank, let blocks):
      return ([blocks, inputs / blocks, rank / blocks], [rank, outputs])
    }
  }

  /// The trained numbers of A and B, r·(in + out) for a low rank; each token is multiplied with each
  /// of them once.
  public func parameterCount(inputs: Int, outputs: Int) -> Int {
    let shapes = shapes(inputs: inputs, outputs: outputs)
    return shapes.first.reduce(1, *) + shapes.second.reduce(1, *)
  }

  /// Why a map of some width has no such structure, or nil.
  public func problem(inputs: Int, outputs: Int) -> String? {
    func rankProblem(_ rank: Int) -> String? {
      (1...max(min(inputs, outputs), 1)).contains(rank)
        ? nil
        : "found rank \(rank), expected 1 to \(min(inputs, outputs)) for a map of "
          + "\(inputs) × \(outputs)"
    }
    func blockProblem(_ blocks: Int, _ widths: [Int]) -> String? {
      widths.first { $0 % blocks != 0 }.map { "found \(blocks) blocks, which do not divide \($0)" }
    }
    switch self {
    case .lowRank(let rank): return rankProblem(rank)
    case .blockShuffle(let blocks): return blockProblem(blocks, [inputs, outputs])
    case .blockDense(let rank, let blocks):
      return rankProblem(rank) ?? blockProblem(blocks, [inputs, rank])
    }
  }
}
