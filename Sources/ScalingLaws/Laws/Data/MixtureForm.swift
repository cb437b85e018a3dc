internal import Optimization
internal import RealModule

/// How the loss on one target depends on the shares of the training domains.
///
/// Each form is c + m(w), with m the part that a better mixture lowers.
public enum MixtureForm: String, Sendable, Hashable, CaseIterable {
  /// m = exp(Σ_j t_j·w_j), the data-mixing law [L17][134].
  ///
  /// It is increasing in Σ_j t_j·w_j, so its best mixture is always a corner of what is allowed.
  case logLinear = "log-linear"
  /// m = 1/Σ_j k_j·w_j^γ_j (Shukor et al., "Scaling Laws for Optimal Data Mixtures", 2025).
  ///
  /// Each domain has diminishing returns where γ_j < 1, which puts the optimum inside.
  case reciprocal
  /// m = exp(Σ_j t_j·w_j)·Π_j (1 + w_j/ε)^(−a_j), the power and exponential law of [L17].
  ///
  /// The a_j bend the law near zero, where the first tokens of a domain teach most.
  case powerExponential = "power-exponential"

  /// The formula in the parameters' names.
  public var formula: String {
    switch self {
    case .logLinear: "exp(sum_j t_j w_j)"
    case .reciprocal: "1 / sum_j k_j w_j^gamma_j"
    case .powerExponential: "exp(sum_j t_j w_j) prod_j (1 + w_j/epsilon)^-a_j"
    }
  }

  func parameters(_ domains: [String]) -> [LawParameter] {
    func slopes() -> [LawParameter] {
      domains.map { .shape("t_\($0)", domain: .real, bounds: -100...100, starts: [0]) }
    }
    switch self {
    case .logLinear: return slopes()
    case .reciprocal:
      return domains.map { .shape("k_\($0)", bounds: 1e-9...1e9, starts: [0.5]) }
        + domains.map { .shape("gamma_\($0)", bounds: 0.02...4, starts: [0.3]) }
    case .powerExponential:
      return slopes()
        + domains.map { .shape("a_\($0)", domain: .real, bounds: -20...20, starts: [0.05]) }
        + [.shape("epsilon", bounds: 1e-6...1, starts: [0.01])]
    }
  }

  func parameterCount(_ domains: Int) -> Int {
    switch self {
    case .logLinear: domains
    case .reciprocal: 2 * domains
    case .powerExponential: 2 * domains + 1
    }
  }

  /// m and its derivatives with respect to the shares w.
  func value(_ p: ArraySlice<Double>, at shares: [Double]) -> (value: Double, slopes: [Double]) {
    let count = shares.count
    let first = p.startIndex
    switch self {
    case .logLinear:
      var sum = 0.0
      for j in 0..<count { sum += p[first + j] * shares[j] }
      let value = Double.exp(sum)
      return (value, (0..<count).map { value * p[first + $0] })
    case .reciprocal:
      var sum = 0.0
      var slopes = [Double](repeating: 0, count: count)
      for j in 0..<count {
        let (scale, power) = (p[first + j], p[first + count + j])
        if shares[j] > 0 { sum += scale * Double.pow(shares[j], power) }
        // At zero the slope of a power below one is infinite: that of a tiny share stands for it.
        slopes[j] = scale * power * Double.pow(max(shares[j], 1e-7), power - 1)
      }
      let value = 1 / max(sum, 1e-300)
      return (value, slopes.map { -$0 * value * value })
    case .powerExponential:
      let epsilon = p[first + 2 * count]
      var sum = 0.0
      for j in 0..<count {
        sum +=
          p[first + j] * shares[j] - p[first + count + j]
          * Double.log(onePlus: shares[j] / epsilon)
      }
      let value = Double.exp(sum)
      return (
        value,
        (0..<count).map {
          value * (p[first + $0] - p[first + count + $0] / (epsilon + shares[$0]))
        }
      )
    }
  }

  /// m alone.
  func plainValue(_ p: ArraySlice<Double>, at shares: [Double]) -> Double {
    guard self == .reciprocal else { return value(p, at: shares).value }
    let (first, count) = (p.startIndex, shares.count)
    var sum = 0.0
    for j in 0..<count where shares[j] > 0 {
      sum += p[first + j] * Double.pow(shares[j], p[first + count + j])
    }
    return 1 / max(sum, 1e-300)
  }

  /// m over dual numbers.
  @inline(__always)
  func predict<let K: Int>(_ p: Span<Dual<K>>, from first: Int, _ x: Observation, domains: Int)
    -> Dual<K>
  {
    var sum = Dual<K>(number: 0)
    switch self {
    case .logLinear:
      for j in 0..<domains { sum = sum + p[first + j] * x[j] }
      return exp(sum)
    case .reciprocal:
      for j in 0..<domains {
        // A share of zero adds nothing; its logarithm is kept finite for the derivatives' sake.
        let isPresent = x[j] .> 0
        let logarithm = x.log(j).replacing(with: Lanes(repeating: -30), where: .!isPresent)
        let switched = Lanes.zero.replacing(with: Lanes(repeating: 1), where: isPresent)
        sum = sum + p[first + j] * exp(p[first + domains + j] * logarithm) * switched
      }
      return 1 / sum
    case .powerExponential:
      let epsilon = p[first + 2 * domains]
      let unit = log(epsilon)
      for j in 0..<domains {
        sum =
          sum + p[first + j] * x[j] - p[first + domains + j] * (log(epsilon + x[j]) - unit)
      }
      return exp(sum)
    }
  }

  func starts(shares: [[Double]], target: [Double]) -> [[Double]] {
    let logarithms = target.map { Double.log($0) }
    switch self {
    case .logLinear: return [minimumNormLeastSquares(columns: shares, target: logarithms)]
    case .reciprocal:
      return [0.15, 0.4, 1].map { power in
        let terms = shares.map { $0.map { $0 > 0 ? Double.pow($0, power) : 0 } }
        // 1/m is linear in k; each row counts by its relative error.
        let scales = startingAmplitudes(terms: terms, target: target.map { 1 / $0 })
        return scales + [Double](repeating: power, count: shares.count)
      }
    case .powerExponential:
      return [0.003, 0.02, 0.1].map { epsilon in
        let bends = shares.map { $0.map { -Double.log(onePlus: $0 / epsilon) } }
        return minimumNormLeastSquares(columns: shares + bends, target: logarithms) + [epsilon]
      }
    }
  }
}
