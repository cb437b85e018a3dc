internal import RealModule

/// Nodes and weights that integrate a function of p over the difficulty of a planted world.
///
/// A beta component is integrated by the trapezoidal rule over the log odds of p, where its density
/// p^a·(1 − p)^b / B(a, b) is smooth and dies off exponentially: the rule converges exponentially
/// even where the density of p itself is infinite at an end.
struct DifficultyQuadrature {
  var chances: [Double] = []
  /// ln(1 − p) at each node, exact where p is close to 1.
  var logFailures: [Double] = []
  /// ln p at each node, exact where p is tiny.
  var logChances: [Double] = []
  var weights: [Double] = []

  init(_ world: PlantedWorld, ability: Double) {
    let total = world.components.reduce(0) { $0 + $1.weight }
    let rest = 1 - world.unsolvable - world.certain
    if world.unsolvable > 0 { append(0, 0, -.infinity, world.unsolvable) }
    if world.certain > 0 { append(1, -.infinity, 0, world.certain) }
    for component in world.components where component.weight > 0 && rest > 0 {
      add(component, share: rest * component.weight / total, ability: ability)
    }
  }

  private mutating func append(
    _ chance: Double, _ logFailure: Double, _ logChance: Double, _ weight: Double
  ) {
    chances.append(chance)
    logFailures.append(logFailure)
    logChances.append(logChance)
    weights.append(weight)
  }

  private mutating func add(
    _ component: PlantedWorld.Component, share: Double, ability: Double
  ) {
    let (a, b) = (component.a, component.b)
    // Log odds of the mode, where the logarithm of the density is −a·softplus(−x) − b·softplus(x).
    let mode = Double.log(a / b)
    func height(_ x: Double) -> Double { -a * softplus(-x) - b * softplus(x) }
    let top = height(mode)
    let step = 0.2 * min(1, (1 / a + 1 / b).squareRoot())
    let first = chances.count
    var sum = 0.0
    for direction in [-1.0, 1.0] {
      var index = direction < 0 ? 0 : 1
      while true {
        let x = mode + direction * Double(index) * step
        let logWeight = height(x) - top
        if logWeight < -42 { break }
        let weight = Double.exp(logWeight)
        let moved = x + ability
        append(logistic(moved), -softplus(moved), -softplus(-moved), weight)
        sum += weight
        index += 1
      }
    }
    for index in first..<weights.count { weights[index] *= share / sum }
  }

  func mean(_ function: (Int) -> Double) -> Double {
    var sum = 0.0
    for index in weights.indices { sum += weights[index] * function(index) }
    return sum
  }
}

/// ln(1 + e^x) without overflow.
private func softplus(_ x: Double) -> Double {
  x > 0 ? x + Double.log(onePlus: Double.exp(-x)) : Double.log(onePlus: Double.exp(x))
}

/// 1/(1 + e^(−x)) without overflow.
private func logistic(_ x: Double) -> Double {
  x >= 0 ? 1 / (1 + Double.exp(-x)) : Double.exp(x) / (1 + Double.exp(x))
}
