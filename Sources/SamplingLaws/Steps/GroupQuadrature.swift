internal import Optimization
internal import RealModule

/// The likelihood of groups of steps with the effect of each integrated out, and its derivatives.
///
/// Eight nodes of Gauss and Hermite are the lanes of one vector, placed around the mode of the effect.
/// What the information needs of positions is summed by position first and multiplied out at the end.
struct GroupQuadrature {
  private let basis: PositionTable
  private let functions: Int
  private let slope: Double
  private let spread: Double
  private let course: [Double]

  private static let nodes = Lanes(
    -2.930637420257244, -1.981656756695843, -1.1571937124467802, -0.3811869902073221,
    0.3811869902073221, 1.1571937124467802, 1.981656756695843, 2.930637420257244)
  private static let weights = Lanes(
    1.9960407221136762e-4, 0.017077983007413475, 0.20780232581489188, 0.6611470125582413,
    0.6611470125582413, 0.20780232581489188, 0.017077983007413475, 1.9960407221136762e-4)

  private var fixed: [Double] = []
  private var chances: [Lanes] = []
  private var scores: [Lanes]
  /// Σ of weights, of weight · share and of weight · effect at each position.
  private var byPosition: [SIMD4<Double>]
  /// Σ of weight · share², weight · share · effect and weight · effect².
  private var pooled = SIMD4<Double>.zero

  init(_ basis: PositionTable, point: [Double]) {
    self.basis = basis
    functions = basis.functions
    slope = point[functions]
    spread = point[functions + 1]
    course = (0..<basis.positions).map { position in
      (0..<basis.functions).reduce(0) { $0 + point[$1] * basis[position, $1] }
    }
    scores = [Lanes](repeating: .zero, count: functions + 2)
    byPosition = [SIMD4<Double>](repeating: .zero, count: basis.positions)
  }

  /// Adds a group, but for what ``finish(_:)`` adds; returns the mode of its effect.
  mutating func add(
    _ cells: [StepHistories.Cell], mode start: Double, _ logLikelihood: inout Double,
    _ score: inout [Double], _ information: inout SymmetricMatrix
  ) -> Double {
    fixed.removeAll(keepingCapacity: true)
    for cell in cells { fixed.append(course[Int(cell.step)] + slope * cell.errorShare) }
    let (mode, width) = findMode(cells, start)
    let points = Lanes(repeating: mode) + (2.0.squareRoot() * width) * Self.nodes
    let logs = completeLikelihood(cells, points)
    // The weight of e^(z²) undoes the one that Gauss–Hermite quadrature takes for granted.
    let exponents = logs - 0.5 * points * points + Self.nodes * Self.nodes
    let largest = exponents.max()
    var masses = Self.weights * Lanes.exp(exponents - largest)
    let total = masses.sum()
    logLikelihood += largest + Double.log(total * width / Double.pi.squareRoot())
    masses /= Lanes(repeating: total)
    for row in scores.indices {
      let expected = (scores[row] * masses).sum()
      score[row] += expected
      // Louis's identity: the expected complete information less the spread of the complete score.
      let centred = (scores[row] - expected) * masses
      for column in 0...row { information[row, column] -= (centred * scores[column]).sum() }
    }
    collapse(cells, points, masses)
    return mode
  }

  /// The log likelihood at each node; leaves the scores and the chances of the cells behind.
  private mutating func completeLikelihood(_ cells: [StepHistories.Cell], _ points: Lanes) -> Lanes
  {
    let reach = abs(spread) * max(abs(points[0]), abs(points[7]))
    let count = cells.count
    let order = functions
    if chances.count < count { chances = [Lanes](repeating: .zero, count: 2 * count) }
    for index in scores.indices { scores[index] = .zero }
    var logs = Lanes.zero
    var shareScore = Lanes.zero
    var effectScore = Lanes.zero
    // Logarithms of products of a few factors that cannot overflow.
    var product = Lanes(repeating: 1)
    var factors = 0
    cells.withUnsafeBufferPointer { cells in
      fixed.withUnsafeBufferPointer { fixed in
        basis.values.withUnsafeBufferPointer { basis in
          scores.withUnsafeMutableBufferPointer { scores in
            chances.withUnsafeMutableBufferPointer { chances in
              for index in 0..<count {
                let cell = cells[index]
                let predictor = spread * points + fixed[index]
                let odds = Lanes.exp(predictor)
                let chance = odds / (odds + 1)
                chances[index] = chance
                logs += cell.right * predictor
                if cell.count == 1, fixed[index] + reach < 40 {
                  product *= odds + 1
                  factors += 1
                  if factors == 16 {
                    logs -= Lanes.log(product)
                    product = Lanes(repeating: 1)
                    factors = 0
                  }
                } else {
                  logs -= cell.count * Lanes.log(odds + 1)
                }
                let residual = cell.right - cell.count * chance
                let row = Int(cell.step) * order
                for column in 0..<order { scores[column] += residual * basis[row + column] }
                shareScore += residual * cell.errorShare
                effectScore += residual * points
              }
            }
          }
        }
      }
    }
    scores[order] = shareScore
    scores[order + 1] = effectScore
    return logs - Lanes.log(product)
  }

  /// Sums the weights of the cells, averaged over nodes, by position.
  private mutating func collapse(
    _ cells: [StepHistories.Cell], _ points: Lanes, _ masses: Lanes
  ) {
    let first = masses * points
    let second = first * points
    for (index, cell) in cells.enumerated() {
      let here = chances[index] * (1 - chances[index])
      let plain = cell.count * (here * masses).sum()
      let mixed = cell.count * (here * first).sum()
      let square = cell.count * (here * second).sum()
      note(cell, plain, mixed, square)
    }
  }

  @inline(__always)
  private mutating func note(
    _ cell: StepHistories.Cell, _ plain: Double, _ mixed: Double, _ square: Double
  ) {
    let share = cell.errorShare
    byPosition[Int(cell.step)] += SIMD4(plain, plain * share, mixed, 0)
    pooled += SIMD4(plain * share * share, mixed * share, square, 0)
  }

  func finish(_ information: inout SymmetricMatrix) {
    let hasEffects = information.order > functions + 1
    for position in 0..<basis.positions {
      let sums = byPosition[position]
      if sums == .zero { continue }
      for row in 0..<functions {
        let value = basis[position, row]
        for column in 0...row {
          information[row, column] += sums.x * value * basis[position, column]
        }
        information[functions, row] += sums.y * value
        if hasEffects { information[functions + 1, row] += sums.z * value }
      }
    }
    information[functions, functions] += pooled.x
    if hasEffects {
      information[functions + 1, functions] += pooled.y
      information[functions + 1, functions + 1] += pooled.z
    }
    for row in 0..<information.order {
      for column in 0..<row { information[column, row] = information[row, column] }
    }
  }

  /// The mode of the effect given the outcomes, and the width of the peak, by Newton's method.
  private func findMode(_ cells: [StepHistories.Cell], _ start: Double) -> (Double, Double) {
    var mode = start
    var width = 1.0
    for _ in 0..<20 {
      var gradient = -mode
      var curvature = 1.0
      for index in cells.indices {
        let cell = cells[index]
        let chance = 1 / (1 + Double.exp(-(fixed[index] + spread * mode)))
        gradient += spread * (cell.right - cell.count * chance)
        curvature += spread * spread * cell.count * chance * (1 - chance)
      }
      width = 1 / curvature.squareRoot()
      let step = min(max(gradient / curvature, -2), 2)
      mode += step
      // Nodes around a point near the mode integrate as well as nodes around the mode.
      if abs(step) < 0.05 * width { break }
    }
    return (mode, width)
  }

  mutating func addPlain(
    _ cells: [StepHistories.Cell], _ logLikelihood: inout Double, _ score: inout [Double]
  ) {
    for cell in cells {
      let predictor = course[Int(cell.step)] + slope * cell.errorShare
      let odds = Double.exp(-abs(predictor))
      let chance = predictor < 0 ? odds / (1 + odds) : 1 / (1 + odds)
      let loss = max(predictor, 0) + Double.log(onePlus: odds)
      logLikelihood += cell.right * predictor - cell.count * loss
      let residual = cell.right - cell.count * chance
      for index in 0..<functions { score[index] += residual * basis[Int(cell.step), index] }
      score[functions] += residual * cell.errorShare
      note(cell, cell.count * chance * (1 - chance), 0, 0)
    }
  }
}

struct PositionTable: Sendable {
  let positions: Int
  let functions: Int
  /// `[position · functions]`, positions from 0.
  let values: [Double]

  init(_ basis: PositionBasis, lastStep: Int) {
    positions = lastStep + 1
    functions = basis.count
    values = (0...lastStep).flatMap { basis.values(max($0, 1)) }
  }

  subscript(position: Int, function: Int) -> Double { values[position * functions + function] }
}
