import Foundation
import ScalingLaws
import Statistics
import TestSupport
import Testing

@Suite struct MixtureRegressionTests {
  private static let names = ["a", "b", "c"]
  private static let truth = [0.2, -0.9, 0.5]

  private func proxies(_ count: Int, seed: UInt64, noise: Double = 0.003) -> Observations {
    var random = SplittableRandom(seed: seed)
    let mixtures = (0..<count).map { _ in random.nextDirichlet([1, 1, 1]) }
    var columns: [String: [Double]] = [:]
    for (index, name) in Self.names.enumerated() { columns[name] = mixtures.map { $0[index] } }
    let losses = mixtures.map { mixture in
      response(mixture) * (1 + noise * random.nextNormal())
    }
    return Observations(columns: columns, response: losses)
  }

  private func response(_ mixture: [Double]) -> Double {
    2 + exp(zip(mixture, Self.truth).reduce(0) { $0 + $1.0 * $1.1 })
  }

  /// A target that wants two domains: its optimum lies inside the simplex.
  @Test func sixtyFourProxiesFindTheBestMixture() throws {
    let rows = proxies(64, seed: 1)
    let first = try MixtureRegression(domains: Self.names, observations: rows, form: .logLinear)
    var other = rows
    let secondTruth = [0.1, 0.6, -0.8]
    other.response = rows.response.indices.map { row in
      let mixture = Self.names.map { rows.columns[$0]?[row] ?? 0 }
      return 2 + exp(zip(mixture, secondTruth).reduce(0) { $0 + 2 * $1.0 * $1.1 })
    }
    let second = try MixtureRegression(domains: Self.names, observations: other, form: .logLinear)
    func exact(_ mixture: [Double]) -> Double {
      response(mixture)
        + exp(zip(mixture, secondTruth).reduce(0) { $0 + 2 * $1.0 * $1.1 })
    }
    let found = MixtureRegression.bestMixture(prior: [1, 1, 1], samples: 20_000, best: 32) {
      first.loss(of: $0) + second.loss(of: $0)
    }
    var best = (loss: Double.infinity, mixture: [0.0, 0, 0])
    for i in 0...100 {
      for j in 0...(100 - i) {
        let mixture = [Double(i), Double(j), Double(100 - i - j)].map { $0 / 100 }
        let loss = exact(mixture)
        if loss < best.loss { best = (loss, mixture) }
      }
    }
    let distance = zip(found, best.mixture).reduce(0) { $0 + abs($1.0 - $1.1) }
    #expect(distance < 0.1, "\(found) against \(best.mixture)")
    #expect(exact(found) - best.loss < 0.003)
    #expect(abs(found.reduce(0, +) - 1) < 1e-12)
  }

  @Test func ranksHeldOutMixturesUnlessTheLossesAreShuffled() throws {
    let rows = proxies(64, seed: 1)
    let heldOut = proxies(200, seed: 2)
    for form in MixtureRegression.Form.allCases {
      let model = try MixtureRegression(domains: Self.names, observations: rows, form: form)
      #expect(model.rankCorrelation(with: heldOut) > 0.95)
    }
    var correlations: [Double] = []
    for seed in 0..<20 {
      var random = SplittableRandom(seed: UInt64(seed))
      var shuffled = rows
      shuffled.response.shuffle(using: &random)
      let model = try MixtureRegression(
        domains: Self.names, observations: shuffled, form: .linear)
      correlations.append(model.rankCorrelation(with: heldOut))
    }
    #expect(abs(mean(correlations)) < 0.5)
  }

  /// A domain without samples leaves a column of zeros and a rank-deficient design.
  @Test func anUnsampledDomainDoesNotStopTheRegression() throws {
    var rows = proxies(64, seed: 1, noise: 0)
    rows.response = rows.response.indices.map { row in
      zip(Self.names, Self.truth).reduce(3) { $0 + (rows.columns[$1.0]?[row] ?? 0) * $1.1 }
    }
    rows.columns["never"] = [Double](repeating: 0, count: 64)
    let model = try MixtureRegression(
      domains: Self.names + ["never"], observations: rows, form: .linear)
    for (coefficient, truth) in zip(model.coefficients, Self.truth) {
      #expect(abs(coefficient - 3 - truth) < 1e-9)
    }
    #expect(model.coefficients[3] == 0)
  }

  @Test func theSearchIsSeeded() {
    let prior = MixtureRegression.prior(tokens: [100, 400, 900])
    #expect(zip(prior, [1.0 / 6, 2.0 / 6, 3.0 / 6]).allSatisfy { abs($0 - $1) < 1e-12 })
    func run(_ seed: UInt64) -> [Double] {
      MixtureRegression.bestMixture(prior: prior, samples: 2000, best: 16, seed: seed) { $0[1] }
    }
    #expect(run(4) == run(4))
    #expect(run(4) != run(5))
    #expect(run(4)[1] < 0.01)
  }

  @Test func unknownDomainsAreNamed() {
    #expect(throws: FitError.self) {
      try MixtureRegression(domains: ["a", "z"], observations: proxies(9, seed: 1), form: .linear)
    }
  }

  /// Ordinary least squares of scikit-learn (README beside the tables): Spearman 90.21 and 89.33 on
  /// Pile-CC, 83.11 and 82.97 as the mean of 13 targets. It has an intercept, which shares rounded
  /// to three decimals do not make quite idle. The log-linear law must do better; boosted trees
  /// reach 98.9.
  @Test(
    .enabled(if: SharedData.isPresent), arguments: [("1M", 90.21, 83.11), ("60M", 89.33, 82.97)])
  func agreesWithBaselinesOnPublishedMixtures(
    size: String, target: Double, average: Double
  ) throws {
    let train = try #require(SharedData.table("regmix/train_1M.csv"))
    let test = try #require(SharedData.table("regmix/test_\(size).csv"))
    let domains = train.keys.filter { $0.hasPrefix("weight_") }.sorted()
    let targets = train.keys.filter { $0.hasPrefix("loss_") }.sorted()
    #expect(domains.count == 17 && targets.count == 13)
    func rows(_ table: [String: [String]], _ target: String) -> Observations {
      var columns: [String: [Double]] = [:]
      for domain in domains { columns[domain] = SharedData.numbers(table[domain]) }
      return Observations(columns: columns, response: SharedData.numbers(table[target]))
    }
    var linear: [Double] = []
    var logLinear: [Double] = []
    for target in targets {
      let heldOut = rows(test, target)
      linear.append(
        100
          * (try MixtureRegression(
            domains: domains, observations: rows(train, target), form: .linear
          )).rankCorrelation(with: heldOut))
      logLinear.append(
        100
          * (try MixtureRegression(
            domains: domains, observations: rows(train, target), form: .logLinear,
            options: FitOptions(polished: 2)
          )).rankCorrelation(with: heldOut))
    }
    let pileCC = try #require(targets.firstIndex(of: "loss_pile_cc"))
    #expect(abs(linear[pileCC] - target) < 0.1)
    #expect(abs(mean(linear) - average) < 0.1)
    #expect(logLinear[pileCC] > linear[pileCC] + 5 && logLinear[pileCC] < 98.9)
    #expect(mean(logLinear) > mean(linear) + 12)
  }
}
