internal import Optimization
internal import RealModule

/// How a mixture of experts divides a training budget between active parameters, idle parameters
/// (which cost memory only) and tokens. By ``JointMoE`` the choice is the number of experts, by
/// ``SparseMoE`` the total size.
public struct ExpertPlan: Sendable, Hashable, Codable {
  /// The number of experts; nil where the law knows only sizes.
  public var experts: Double?
  /// N, parameters that a token passes through.
  public var active: Double
  /// All parameters.
  public var total: Double
  /// D, training tokens.
  public var tokens: Double
  /// The predicted loss.
  public var loss: Double
  /// Bytes of weights and of the cache.
  public var memory: Double
  /// Whether memory, and not compute, sets the size.
  public var isBoundByMemory: Bool

  /// The shape that ties experts, active and total parameters together, as in arXiv:2502.05172.
  ///
  /// Each of d/aspect blocks has 4·d² parameters of attention and, in each expert, `expertFactor`·d²
  /// of a feed-forward network, of which one expert is active; embedding and unembedding have d·V
  /// each.
  public struct Shape: Sendable, Hashable {
    /// V, the vocabulary.
    public var vocabulary: Double
    /// Width over number of blocks.
    public var aspect: Double
    /// Parameters of one expert over d².
    public var expertFactor: Double

    /// Creates a shape; the default is the paper's.
    public init(vocabulary: Double = 50_257, aspect: Double = 64, expertFactor: Double = 9) {
      self.vocabulary = vocabulary
      self.aspect = aspect
      self.expertFactor = expertFactor
    }

    /// N at a width.
    public func active(width: Double) -> Double { total(width: width, experts: 1) }

    /// All parameters at a width.
    public func total(width: Double, experts: Double) -> Double {
      2 * width * vocabulary
        + (4 + expertFactor * experts) * width * width * width / aspect
    }

    /// Keys and values of so many tokens, in numbers.
    public func cache(width: Double, tokens: Double) -> Double {
      2 * tokens * width * width / aspect
    }

    /// The width at which a rising quantity reaches a value.
    func width(where quantity: (Double) -> Double, reaches value: Double) -> Double {
      let found = root(in: 0...Double.log(1e7)) { quantity(Double.exp($0)) - value }
      return found.map(Double.exp) ?? (quantity(1) > value ? 1 : 1e7)
    }
  }

  /// What memory there is.
  public struct Memory: Sendable, Hashable {
    /// Bytes.
    public var bytes: Double
    /// Bytes of a parameter and of a number of the cache.
    public var bytesPerParameter: Double
    /// Tokens in the cache of keys and values.
    public var cacheTokens: Double

    /// Creates a limit.
    public init(bytes: Double, bytesPerParameter: Double = 2, cacheTokens: Double = 0) {
      self.bytes = bytes
      self.bytesPerParameter = bytesPerParameter
      self.cacheTokens = cacheTokens
    }
  }
}

extension JointMoE {
  /// The best model of a number of experts, 1 for a dense model, for a training budget under 6·N·D
  /// = C; where memory allows less than the optimum, the largest size that fits, and nil where not
  /// even the smallest does.
  public func plan(
    compute: Double, experts: Double, point: [Double], shape: ExpertPlan.Shape = .init(),
    memory: ExpertPlan.Memory? = nil
  ) -> ExpertPlan? {
    let additive = additiveForm(experts: experts, point: point)
    let logN = additive.optimalLogSize(logCompute: Double.log(compute), flops: .sixfold)
    var width = shape.width(where: { shape.active(width: $0) }, reaches: Double.exp(logN))
    func bytes(_ width: Double, _ memory: ExpertPlan.Memory) -> Double {
      memory.bytesPerParameter
        * (shape.total(width: width, experts: experts)
          + shape.cache(width: width, tokens: memory.cacheTokens))
    }
    var isBound = false
    if let memory {
      let widest = shape.width(where: { bytes($0, memory) }, reaches: memory.bytes)
      guard widest > 1 else { return nil }
      isBound = widest < width
      width = min(width, widest)
    }
    let active = shape.active(width: width)
    let tokens = compute / (6 * active)
    return ExpertPlan(
      experts: experts, active: active, total: shape.total(width: width, experts: experts),
      tokens: tokens, loss: prediction(point, at: [active, tokens, experts]),
      memory: bytes(width, memory ?? ExpertPlan.Memory(bytes: .infinity)),
      isBoundByMemory: isBound)
  }

  /// E, A, B, α, β at a number of experts.
  func additiveForm(experts: Double, point: [Double]) -> PowerPair {
    let log = Double.log(saturatedExperts(experts, point: point))
    return PowerPair(
      logA: Double.log(point[1]) + point[5] * log, alpha: -(point[3] + point[6] * log),
      logB: Double.log(point[2]) + point[7] * log, beta: -(point[4] + point[8] * log))
  }

  /// Ê, the number of experts that counts.
  public func saturatedExperts(_ experts: Double, point: [Double]) -> Double {
    guard saturates else { return experts }
    let floor = 1 / point[10]
    return 1 / (1 / (1 / (1 / point[9] - floor) + experts - 1) + floor)
  }
}

extension SparseMoE {
  /// The best active size of a total size for a training budget of 6·N·D FLOPs, with no smaller
  /// active share than the least: the law says nothing beyond the shares of its table.
  public func plan(
    compute: Double, total: Double, point: [Double], bytesPerParameter: Double = 2,
    leastShare: Double
  ) -> ExpertPlan {
    let kernel = makeKernel()
    func loss(_ logN: Double) -> Double {
      let active = Double.exp(logN)
      return kernel.predictOne(point, [active, compute / (6 * active), total], [])
    }
    let ends = Double.log(total * leastShare)...Double.log(total)
    let best = minimize(over: ends, samples: 200, tolerance: 1e-9, loss)
    let active = Double.exp(best.argument)
    return ExpertPlan(
      experts: nil, active: active, total: total, tokens: compute / (6 * active),
      loss: best.value, memory: bytesPerParameter * total, isBoundByMemory: false)
  }
}
