internal import Optimization
internal import Quantities
internal import RealModule

/// Logarithms of rising factorials, Γ(x + n)/Γ(x) = x·(x + 1)·…·(x + n − 1).
enum LogPochhammer {
  struct Derivatives {
    var value = 0.0
    var first = 0.0
    var second = 0.0

    static func + (left: Self, right: Self) -> Self {
      Self(
        value: left.value + right.value, first: left.first + right.first,
        second: left.second + right.second)
    }

    static func - (left: Self, right: Self) -> Self { left + right * -1 }

    static func * (left: Self, right: Double) -> Self {
      Self(value: left.value * right, first: left.first * right, second: left.second * right)
    }
  }

  /// ln Γ(x + n)/Γ(x) for any n ≥ 0, exact also where both gammas are huge and nearly equal.
  static func value(_ x: Double, _ n: Double) -> Double {
    if n == 0 { return 0 }
    if x < 24 {
      // Γ(x + n)/Γ(x) = Γ(x + m + n)/Γ(x + m) · Π (x + i)/(x + n + i)
      let shift = Int(saturating: (24 - x).rounded(.up))
      var product = 1.0
      for i in 0..<shift { product *= (x + Double(i)) / (x + n + Double(i)) }
      if product > 1e-290 {
        return value(x + Double(shift), n) + Double.log(product)
      }
      return Double.logGamma(x + n) - Double.logGamma(x)
    }
    // Stirling's series of both, with the large terms subtracted by hand.
    let y = x + n
    return (x - 0.5) * Double.log(onePlus: n / x) + n * (Double.log(y) - 1) + correction(y)
      - correction(x)
  }

  /// ln Γ(x) minus Stirling's formula, for x ≥ 24.
  private static func correction(_ x: Double) -> Double {
    let inverse = 1 / x
    let square = inverse * inverse
    return inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)))
  }

  /// ln Γ(x + n)/Γ(x) with its derivatives in x.
  static func derivatives(_ x: Double, _ n: Double) -> Derivatives {
    let high = polygammas(x + n)
    let low = polygammas(x)
    return Derivatives(
      value: value(x, n), first: high.digamma - low.digamma,
      second: high.trigamma - low.trigamma)
  }

  static func polygammas(_ argument: Double) -> (digamma: Double, trigamma: Double) {
    var x = argument
    var digamma = 0.0
    var trigamma = 0.0
    while x < 10 {
      digamma -= 1 / x
      trigamma += 1 / (x * x)
      x += 1
    }
    let inverse = 1 / x
    let s = inverse * inverse
    digamma += Double.log(x) - inverse / 2
    digamma -= s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s / 132))))
    let tail = 1.0 / 6 - s * (1.0 / 30 - s * (1.0 / 42 - s * (1.0 / 30 - s * 5 / 66)))
    trigamma += inverse + s / 2 + s * inverse * tail
    return (digamma, trigamma)
  }
}

/// Σ w·ln Γ(x + n)/Γ(x) over many n, as a function of x.
struct PochhammerSum: Sendable {
  /// The weight of each factor x + j: all w with n > j. Padded to whole lanes; empty if not used.
  private var stairs: [Lanes] = []
  /// The n and w where the stairs would be too long.
  private var terms: [(n: Double, weight: Double)] = []

  /// A sum of terms with n ≥ 0; those with n = 0 do not count.
  init(_ all: [(n: Int, weight: Double)]) {
    let used = all.filter { $0.n > 0 && $0.weight != 0 }
    guard let longest = used.map(\.n).max() else { return }
    // A factor in a lane costs about a tenth of a term with its special functions.
    if longest <= 10 * used.count + 64 {
      var heights = [Double](repeating: 0, count: (longest + 7) / 8 * 8)
      for term in used { heights[term.n - 1] += term.weight }
      for j in stride(from: longest - 2, through: 0, by: -1) { heights[j] += heights[j + 1] }
      stairs = stride(from: 0, to: heights.count, by: 8).map { first in
        var lanes = Lanes.zero
        for lane in 0..<8 { lanes[lane] = heights[first + lane] }
        return lanes
      }
    } else {
      for term in used.sorted(by: { $0.n < $1.n }) {
        if terms.last?.n == Double(term.n) {
          terms[terms.count - 1].weight += term.weight
        } else {
          terms.append((Double(term.n), term.weight))
        }
      }
    }
  }

  func derivatives(_ x: Double) -> LogPochhammer.Derivatives {
    var sum = LogPochhammer.Derivatives()
    if !stairs.isEmpty {
      var value = Lanes.zero
      var first = Lanes.zero
      var second = Lanes.zero
      var factor = Lanes(0, 1, 2, 3, 4, 5, 6, 7) + x
      for weights in stairs {
        let inverse = 1 / factor
        let slope = weights * inverse
        value += weights * Lanes.log(factor)
        first += slope
        second += slope * inverse
        factor += 8
      }
      sum = LogPochhammer.Derivatives(
        value: value.sum(), first: first.sum(), second: -second.sum())
    }
    for term in terms {
      sum = sum + LogPochhammer.derivatives(x, term.n) * term.weight
    }
    return sum
  }
}
