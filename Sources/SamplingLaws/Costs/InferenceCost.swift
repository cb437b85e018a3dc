internal import Quantities
internal import RealModule

/// Which keys and values a generated token attends to.
public enum KeyValueAccess: Sendable, Hashable, Codable {
  /// All earlier ones; those of the prompt are read once for all trials.
  case dense
  /// At most so many tokens, found at no cost; nothing is shared between trials.
  case sparse(tokens: Double)
  /// The nearest `local` tokens and the `count` best blocks of `size` tokens, found by comparing the
  /// query with one key a block.
  case blocks(size: Double, count: Double, local: Double)

  /// The tokens that a query attends to at most; infinite where dense.
  public var budget: Double {
    switch self {
    case .dense: .infinity
    case .sparse(let tokens): tokens
    case .blocks(let size, let count, let local): local + size * count
    }
  }
}

/// How much is generated.
public struct InferenceWorkload: Sendable, Hashable, Codable {
  /// Tokens of the prompt, L_in.
  public var promptTokens: Double
  /// Tokens that each trial generates, L_out.
  public var outputTokens: Double
  /// Trials of the same prompt, N.
  public var trials: Double

  /// Describes a workload.
  public init(promptTokens: Double, outputTokens: Double, trials: Double = 1) {
    self.promptTokens = promptTokens
    self.outputTokens = outputTokens
    self.trials = trials
  }
}

/// The cost of generation in arithmetic and memory traffic together: eFLOPs = C_comp + I · C_mem [3].
///
/// With S = Σ_t (L_in + t) ≈ L_in·L_out + L_out²/2 a trial costs 2·P·L_out in the linear layers and
/// 4·S·(query elements) in attention, and reads (bytes)·D·S of keys and values; trials of one prompt read
/// its keys and values once. Added, not the larger of the two: linear layers are bound by arithmetic
/// and attention by bandwidth, and they take turns. Reading weights is left out, as a large batch
/// shares it, and so is reading the prompt.
public struct InferenceCost: Codable, Sendable, Hashable {
  /// Arithmetic of the linear layers, in FLOPs.
  public let linearOperations: Double
  /// Arithmetic of attention, in FLOPs, without that of a search for blocks.
  public let attentionOperations: Double
  /// Arithmetic of the search for blocks, in FLOPs.
  public let searchOperations: Double
  /// Keys and values read, in bytes, those of a search included.
  public let keyValueBytes: Double
  /// The FLOPs that one byte counts for, I.
  public let intensity: Double
  /// All arithmetic, in FLOPs.
  public let operations: Double
  /// Memory traffic as arithmetic, I · bytes.
  public let trafficEquivalent: Double
  /// eFLOPs: arithmetic and memory traffic together.
  public let equivalentOperations: Double
  /// What to beware of.
  public var warnings: [String]

  /// FLOPs that take as long as reading a byte on the machine of [3].
  public static let defaultIntensity = 562.5

  init(
    linear: Double, attention: Double, search: Double, bytes: Double, intensity: Double,
    warnings: [String] = []
  ) {
    linearOperations = linear
    attentionOperations = attention
    searchOperations = search
    keyValueBytes = bytes
    self.intensity = intensity
    operations = linear + attention + search
    trafficEquivalent = intensity * bytes
    equivalentOperations = operations + trafficEquivalent
    self.warnings = warnings
  }

  /// Prices a workload; `intensity` is the FLOPs that one byte counts for, see
  /// ``MachineBalance/intensity``.
  ///
  /// - Throws: for numbers that are negative or not finite, and for an empty block.
  public init(
    _ architecture: InferenceArchitecture, _ workload: InferenceWorkload,
    access: KeyValueAccess = .dense, intensity: Double = defaultIntensity
  ) throws(PlanningError) {
    try InferencePricing(architecture: architecture, access: access, intensity: intensity).check()
    for (name, value) in [
      ("prompt tokens", workload.promptTokens), ("output tokens", workload.outputTokens),
      ("trials", workload.trials),
    ] {
      try PlanningError.require(
        value >= 0 && value.isFinite, "The number of \(name) is \(value); it must not be negative.")
    }
    self = InferencePricing(architecture: architecture, access: access, intensity: intensity)
      .price(workload)
    let whole = workload.promptTokens + workload.outputTokens
    if case .dense = access { return }
    if access.budget >= whole {
      warnings.append(
        "The sparse budget of \(fixed(access.budget)) tokens is no less than the whole context of "
          + "\(fixed(whole)): attention is dense, and its prompt is not shared between trials.")
    }
  }

  /// Σ_t min(B, L_in + t) over the generated tokens, as an integral: S for an unlimited budget B.
  public static func attendedTokens(
    promptTokens: Double, outputTokens: Double, budget: Double = .infinity
  ) -> Double {
    let most = min(budget, promptTokens + outputTokens)
    let short = max(0, most - promptTokens)
    return most * outputTokens - short * short / 2
  }
}

private func fixed(_ value: Double) -> String {
  value < 1e15 ? String(Int(saturating: value.rounded())) : String(value)
}

/// A model on a machine: what turns workloads into costs.
public struct InferencePricing: Sendable, Hashable, Codable {
  /// The model.
  public var architecture: InferenceArchitecture
  /// Which keys and values are read.
  public var access: KeyValueAccess
  /// The FLOPs that one byte counts for, I.
  public var intensity: Double

  /// Puts a pricing together.
  public init(
    architecture: InferenceArchitecture, access: KeyValueAccess = .dense,
    intensity: Double = InferenceCost.defaultIntensity
  ) {
    self.architecture = architecture
    self.access = access
    self.intensity = intensity
  }

  func check() throws(PlanningError) {
    let model = architecture
    for (name, value) in [
      ("active parameters", model.activeParameters),
      ("query elements", model.queryElementsPerToken),
      ("key and value elements", model.keyValueElementsPerToken),
      ("bytes an element", model.bytesPerElement), ("FLOPs a byte", intensity),
    ] {
      try PlanningError.require(
        value >= 0 && value.isFinite, "The number of \(name) is \(value); it must not be negative.")
    }
    switch access {
    case .dense: break
    case .sparse(let tokens):
      try PlanningError.require(tokens > 0, "A sparse budget of \(tokens) tokens is not positive.")
    case .blocks(let size, let count, let local):
      try PlanningError.require(
        size >= 1 && count >= 0 && local >= 0 && size * count + local > 0,
        "Block-sparse attention needs blocks of at least one token, and a budget.")
    }
  }

  func price(_ workload: InferenceWorkload) -> InferenceCost {
    let (input, output, trials) = (
      workload.promptTokens, workload.outputTokens, workload.trials
    )
    let queries = architecture.queryElementsPerToken
    let bytesPerToken = architecture.bytesPerElement * architecture.keyValueElementsPerToken
    let attended = InferenceCost.attendedTokens(
      promptTokens: input, outputTokens: output, budget: access.budget)
    var search = 0.0
    var bytes = bytesPerToken * trials * attended
    switch access {
    case .dense:
      // The prompt is read once, whatever the number of trials.
      bytes = bytesPerToken * (input * output + trials * output * output / 2)
    case .sparse: break
    case .blocks(let size, _, _):
      // One key a block: a dot product of 2·d FLOPs against (L_in + t)/size blocks, summed over t.
      search = trials * ((2 * input + output) / size).rounded(.down) * output * queries
      bytes +=
        ((2 * input + trials * output) / size).rounded(.down) * output * bytesPerToken / 4
    }
    return InferenceCost(
      linear: 2 * trials * architecture.activeParameters * output,
      attention: 4 * trials * attended * queries, search: search, bytes: bytes,
      intensity: intensity)
  }
}
