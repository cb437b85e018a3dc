public import Quantities
internal import RealModule
internal import Statistics

/// Fits in a row, each of which reads what the one before it predicts, such as compute to loss to
/// the likelihood of answers to accuracy. Refits of the first feed the second, and so on.
public struct FitChain: Sendable {
  /// One step.
  public struct Step: Sendable {
    /// The fit.
    public var fit: any FittedLaw
    /// The fit with its alternatives, whose disagreement widens the step; nil for none.
    public var mixture: LawMixture?
    /// What it predicts, in the name that its table has for it.
    public var response: String
    /// The column of this step that the step before predicts; nil for the first.
    public var link: String?

    /// A step.
    public init(
      fit: any FittedLaw, mixture: LawMixture? = nil, response: String, link: String?
    ) {
      self.fit = fit
      self.mixture = mixture
      self.response = response
      self.link = link
    }
  }

  /// How refits of neighbouring steps are put together.
  public enum Pairing: String, Sendable, Hashable, Codable {
    /// In independent order: the steps were fitted to different rows.
    case independent
    /// By their number: the steps resampled the same runs with the same random numbers.
    case paired
  }

  /// What the chain says at one step.
  public struct Link: Sendable, Hashable, Codable {
    /// The law of the step.
    public var law: String
    /// What it predicts.
    public var response: String
    /// The prediction with the interval of the laws up to here.
    public var mean: Estimated
    /// The same with the scatter of a single run at every step up to here.
    public var single: Estimated
    /// How far its columns lie beyond its table.
    public var reach: [Reach]
    /// The share of the variance of the last step's single run that this step alone makes.
    public var share: Double
  }

  /// The steps.
  public var steps: [Step]
  /// How refits are put together between each step and the next.
  public var pairing: [Pairing]
  /// The nominal coverage of the intervals.
  public var level: Double

  /// Puts steps together.
  ///
  /// - Parameters:
  ///   - steps: at least one; every step after the first has a link that its law reads.
  ///   - pairing: one entry between each step and the next.
  /// - Throws: `FitError` where a link is no column of its step.
  public init(_ steps: [Step], pairing: [Pairing]) throws(FitError) {
    precondition(pairing.count == max(steps.count - 1, 0), "one pairing between steps")
    guard let first = steps.first else { throw .unusable("a chain needs at least one fit") }
    for step in steps.dropFirst() {
      guard let link = step.link, step.fit.law.card.columns.contains(where: { $0.name == link })
      else {
        throw .unusable(
          "law \(step.fit.law.name) reads \(step.fit.law.card.columns.map(\.name).joined(separator: ", ")), and not \(step.link ?? "what the step before predicts")"
        )
      }
    }
    self.steps = steps
    self.pairing = pairing
    level = first.fit.level
  }

  /// Follows one run through all steps from the columns of the first, and those that later steps
  /// read besides their link: each prediction is drawn from the refits, widened by the law's own
  /// error and, for the single run, by the scatter, and goes into the next step. Throws
  /// `FitError.missingColumn`.
  public func forecast(
    at columns: [String: Double], samples: Int = 8000, seed: UInt64 = 0
  ) throws(FitError) -> [Link] {
    var centre: [Double] = []
    var states: [StepState] = []
    for (index, step) in steps.enumerated() {
      let state = try StepState(step, columns: columns, input: index == 0 ? nil : centre[index - 1])
      states.append(state)
      centre.append(state.value)
    }
    // The spread of a step's input decides over which stretch its widths must be known.
    let random = SplittableRandom(seed: seed)
    let order = drawOrder(samples: samples, random: random.split(1))
    func simulate(single: Bool, only: Int?) throws(FitError) -> [[Double]] {
      var values: [[Double]] = []
      for index in steps.indices {
        let input = index == 0 ? nil : values[index - 1]
        let isMoving = only == nil || only == index
        if let input, states[index].nodes.isEmpty {
          try states[index].prepare(steps[index], columns: columns, inputs: input)
        }
        var generator = random.split(100 + index)
        values.append(
          (0..<samples).map { sample in
            // Drawn in any case, so that all simulations share their random numbers.
            let noise = (generator.nextNormal(), generator.nextNormal())
            return states[index].outcome(
              input: input?[sample], refit: isMoving ? order[index][sample] : nil,
              noise: isMoving ? (noise.0, single ? noise.1 : 0) : (0, 0))
          })
      }
      return values
    }
    let single = try simulate(single: true, only: nil)
    let mean = try simulate(single: false, only: nil)
    var variances: [Double] = []
    for index in steps.indices {
      let alone = try simulate(single: true, only: index)
      variances.append(Self.spread(alone[steps.count - 1]))
    }
    let total = variances.reduce(0, +)
    return steps.indices.map { index in
      Link(
        law: steps[index].fit.law.name, response: steps[index].response,
        mean: interval(centre[index], mean[index]).within(steps[index].fit.law.card.response.range),
        single: interval(centre[index], single[index])
          .within(steps[index].fit.law.card.response.range),
        reach: states[index].reach, share: total > 0 ? variances[index] / total : .nan)
    }
  }

  private func interval(_ value: Double, _ samples: [Double]) -> Estimated {
    let sorted = samples.filter { !$0.isNaN }.sorted()
    guard let first = sorted.first, let last = sorted.last, first < last else {
      return Estimated(value: value)
    }
    let tail = (1 - level) / 2
    return Estimated(
      value: value, low: quantile(sorted: sorted, tail), high: quantile(sorted: sorted, 1 - tail))
  }

  /// A variance that a few wild draws do not decide: that of a normal with the same quartiles.
  private static func spread(_ samples: [Double]) -> Double {
    let sorted = samples.filter(\.isFinite).sorted()
    guard sorted.count > 3 else { return 0 }
    let width = quantile(sorted: sorted, 0.75) - quantile(sorted: sorted, 0.25)
    return width * width
  }

  /// Which refit each sample takes at each step; nil where a step has none.
  private func drawOrder(samples: Int, random: SplittableRandom) -> [[Int?]] {
    var result: [[Int?]] = []
    for (index, step) in steps.enumerated() {
      let count = step.fit.draws.count
      guard count > 0 else {
        result.append([Int?](repeating: nil, count: samples))
        continue
      }
      if index > 0, pairing[index - 1] == .paired, steps[index - 1].fit.draws.count == count {
        result.append(result[index - 1])
        continue
      }
      var generator = random.split(index)
      var indices: [Int] = []
      while indices.count < samples {
        // Whole shuffles use every refit equally often.
        var deck = Array(0..<count)
        for place in stride(from: count - 1, to: 0, by: -1) {
          deck.swapAt(place, generator.nextIndex(below: place + 1))
        }
        indices += deck
      }
      result.append(indices.prefix(samples).map { $0 })
    }
    return result
  }
}
