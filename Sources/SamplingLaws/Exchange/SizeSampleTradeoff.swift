public import Quantities
internal import RealModule
internal import Statistics

/// Test-time compute against parameters: models of several sizes, each sampled several times on the
/// same problems [20][204][3].
///
/// What each size reaches with each number of samples, which size is best for each budget of
/// inference, and how many samples of a small model are worth one of a larger one.
public struct SizeSampleTradeoff: Codable, Sendable, Hashable {
  /// One size of model with what its samples reach.
  public struct Size: Sendable {
    /// What the size is called.
    public var name: String
    /// Active parameters, N.
    public var parameters: Double
    /// Arithmetic of one sample in FLOPs, verifiers included.
    public var operationsPerSample: Double
    /// The accuracy of each problem with each number of samples: `[problems · samples.count]`.
    public var accuracy: ProblemMatrix

    /// Puts a size together.
    public init(
      name: String, parameters: Double, operationsPerSample: Double, accuracy: ProblemMatrix
    ) {
      self.name = name
      self.parameters = parameters
      self.operationsPerSample = operationsPerSample
      self.accuracy = accuracy
    }
  }

  /// What one size reaches with one number of samples.
  public struct Cell: Codable, Sendable, Hashable {
    /// The size.
    public var size: String
    /// The number of samples, n.
    public var samples: Int
    /// Arithmetic of inference a problem, in FLOPs.
    public var operations: Double
    /// The mean accuracy over problems.
    public var accuracy: Estimated
    /// Whether no other cell is at least as accurate for less arithmetic.
    public var isOnFrontier: Bool
  }

  /// Which size is best for a budget of inference.
  public struct Budget: Codable, Sendable, Hashable {
    /// Arithmetic of inference a problem, in FLOPs.
    public var operations: Double
    /// The size that is most accurate within it.
    public var best: String
    /// The number of its samples that the budget pays for, interpolated.
    public var samples: Double
    /// Its accuracy.
    public var accuracy: Double
    /// The share of resamples in which it is the best.
    public var confidence: Double
  }

  /// How many samples of a small model equal one sample of a larger one.
  public struct Exchange: Codable, Sendable, Hashable {
    /// The smaller size.
    public var small: String
    /// The larger size.
    public var large: String
    /// M, the larger model's parameters over the smaller one's.
    public var parameterRatio: Double
    /// Samples of the smaller model that reach one of the larger; nil where none that was tried
    /// does.
    public var samples: Estimated?
    /// Their arithmetic over that of the larger model's sample: below 1 the small model is cheaper.
    public var costRatio: Estimated?
    /// The share of resamples in which the smaller model reaches the larger one.
    public var reached: Double
    /// R below which the small model is cheaper in total [20]; nil where it always is, or never.
    public var breakEvenRatio: Double?
    /// The exchange in one sentence.
    public var sentence: String
  }

  /// The surface logit accuracy = a + b ln N + c ln n.
  public struct Surface: Codable, Sendable, Hashable {
    /// The gain in logit for e times the parameters, b.
    public var perLogParameters: Estimated
    /// The gain in logit for e times the samples, c.
    public var perLogSamples: Estimated
    /// c/b: doubling the samples is worth 2^(c/b) times the parameters.
    public var exchangeRate: Estimated
    /// The largest error of the surface, in accuracy.
    public var largestError: Double
  }

  /// How accuracy is reached from samples: `coverage`, `majority` and the like.
  public var selector: String
  /// The numbers of samples.
  public var samples: [Int]
  /// Every size with every number of samples, sizes ascending.
  public var cells: [Cell]
  /// Which size is best for which budget.
  public var budgets: [Budget]
  /// Every smaller size against every larger one.
  public var exchanges: [Exchange]
  /// The surface; nil for fewer than two sizes or where accuracy is 0 or 1 nearly everywhere.
  public var surface: Surface?
  /// What limits the conclusions.
  public var warnings: [String]

  /// `samples` ascend and are the columns of the matrices; the rows are the same problems.
  public init(
    sizes: [Size], samples: [Int], selector: String, bootstrap: ProblemBootstrap
  ) {
    precondition(
      !sizes.isEmpty && !samples.isEmpty
        && sizes.allSatisfy {
          $0.accuracy.columnCount == samples.count
            && $0.accuracy.problemCount == sizes[0].accuracy.problemCount
        }, "sizes with different samples or problems")
    let sizes = sizes.sorted { ($0.parameters, $0.name) < ($1.parameters, $1.name) }
    let problems = sizes[0].accuracy.problemCount
    let means = sizes.map(\.accuracy.means)
    // [resample][size][samples]: one draw of problems for all sizes.
    let bySize = sizes.map { bootstrap.resampledMeans(of: $0.accuracy) }
    let draws = (0..<bootstrap.resamples).map { draw in bySize.map { $0[draw] } }
    self.selector = selector
    self.samples = samples
    cells = sizes.indices.flatMap { size in
      samples.indices.map { column in
        Cell(
          size: sizes[size].name, samples: samples[column],
          operations: sizes[size].operationsPerSample * Double(samples[column]),
          accuracy: bootstrap.interval(
            around: means[size][column], draws: draws.map { $0[size][column] }, problems: problems),
          isOnFrontier: false)
      }
    }
    for index in cells.indices {
      let cell = cells[index]
      cells[index].isOnFrontier = !cells.contains {
        $0.operations <= cell.operations && $0.accuracy.value >= cell.accuracy.value
          && ($0.operations < cell.operations || $0.accuracy.value > cell.accuracy.value)
      }
    }
    let curves = SampleCurves(
      samples: samples.map { Double($0) }, operations: sizes.map(\.operationsPerSample))
    budgets = curves.budgets(means: means, draws: draws, names: sizes.map(\.name))
    exchanges = []
    for small in sizes.indices {
      for large in sizes.indices where large > small {
        exchanges.append(
          curves.exchange(
            (sizes[small], small), (sizes[large], large), means: means, draws: draws,
            bootstrap: bootstrap, problems: problems))
      }
    }
    let surfaces = LogitSurface(
      logParameters: sizes.map { Double.log($0.parameters) },
      logSamples: samples.map { Double.log(Double($0)) })
    surface = surfaces.surface(means: means, draws: draws, bootstrap: bootstrap, problems: problems)
    warnings = []
    if problems < 50 {
      warnings.append(
        "\(problems) problems only: differences below about 10 points are not resolved")
    }
    if let surface, surface.largestError > 0.05 {
      warnings.append(
        "the surface in ln N and ln n misses a cell by \(Int(saturating: (surface.largestError * 100).rounded())) points of accuracy: read the cells, not the exchange rate"
      )
    }
  }
}
