internal import Optimization
internal import RealModule

/// The likelihood of one group of steps with its effect integrated out, and its derivatives.
///
/// Eight nodes of Gauss and Hermite are the lanes of one vector, placed around the mode of the effect.
struct GroupQuadrature {
  let basis: [[Double]]
  let functions: Int
  let hasEffects: Bool
  let slope: Double
  let spread: Double
  /// β·B(t) of each position.
  let course: [Double]

  private static let nodes = Lanes(
    -2.930637420257244, -1.981656756695843, -1.1571937124467802, -0.3811869902073221,
    0.3811869902073221, 1.1571937124467802, 1.981656756695843, 2.930637420257244)
  private static let weights = Lanes(
    1.9960407221136762e-4, 0.017077983007413475, 0.20780232581489188, 0.6611470125582413,
    0.6611470125582413, 0.20780232581489188, 0.017077983007413475, 1.9960407221136762e-4)

  private var fixed: [Double] = []
  private var right: [Lanes] = []
  private var residuals: [Lanes] = []
  private var weightsOfCells: [Lanes] = []
  private var scores: [Lanes]

  init(
    basis: [[Double]], functions: Int, hasEffects: Bool, slope: Double, spread: Double,
    course: [Double]
  ) {
    self.basis = basis
    self.functions = functions
    self.hasEffects = hasEffects
    self.slope = slope
    self.spread = spread
    self.course = course
    scores = [Lanes](repeating: .zero, count: functions + 2)
  }

  /// Adds a group's log likelihood, score and observed information; returns the mode of its effect.
  mutating func add(
    _ cells: [StepHistories.Cell], mode start: Double, _ logLikelihood: inout Double,
    _ score: inout [Double], _ information: inout SymmetricMatrix
  ) -> Double {
    guard hasEffects else {
      addPlain(cells, &logLikelihood, &score, &information)
      return 0
    }
    fixed.removeAll(keepingCapacity: true)
    for cell in cells { fixed.append(course[Int(cell.step)] + slope * cell.errorShare) }
    let (mode, width) = findMode(cells, start)
    let points = Lanes(repeating: mode) + (2.0.squareRoot() * width) * Self.nodes
    residuals.removeAll(keepingCapacity: true)
    weightsOfCells.removeAll(keepingCapacity: true)
    for index in scores.indices { scores[index] = .zero }
    var logs = Lanes.zero
    for (cell, base) in zip(cells, fixed) {
      let predictor = spread * points + base
      let odds = Lanes.exp(predictor)
      let chance = odds / (odds + 1)
      logs += cell.right * predictor - cell.count * Lanes.log(odds + 1)
      let residual = cell.right - cell.count * chance
      residuals.append(residual)
      weightsOfCells.append(cell.count * chance * (1 - chance))
      let values = basis[Int(cell.step)]
      for index in 0..<functions { scores[index] += residual * values[index] }
      scores[functions] += residual * cell.errorShare
      scores[functions + 1] += residual * points
    }
    // The weight of e^(z²) undoes the one that Gauss–Hermite quadrature takes for granted.
    let exponents = logs - 0.5 * points * points + Self.nodes * Self.nodes
    let largest = exponents.max()
    var masses = Self.weights * Lanes.exp(exponents - largest)
    let total = masses.sum()
    logLikelihood += largest + Double.log(total * width / Double.pi.squareRoot())
    masses /= Lanes(repeating: total)
    collapse(cells, points, masses, &score, &information)
    return mode
  }

  /// Louis's identity: the expected complete information less the spread of the complete score.
  private func collapse(
    _ cells: [StepHistories.Cell], _ points: Lanes, _ masses: Lanes, _ score: inout [Double],
    _ information: inout SymmetricMatrix
  ) {
    let order = functions + 2
    let means = scores.map { ($0 * masses).sum() }
    for index in 0..<order { score[index] += means[index] }
    for row in 0..<order {
      let centred = (scores[row] - means[row]) * masses
      for column in 0...row {
        let spread = (centred * (scores[column] - means[column])).sum()
        information[row, column] -= spread
        if column < row { information[column, row] -= spread }
      }
    }
    let (first, second) = (masses * points, masses * points * points)
    for (index, cell) in cells.enumerated() {
      let here = weightsOfCells[index]
      let plain = (here * masses).sum()
      let mixed = (here * first).sum()
      let square = (here * second).sum()
      addOuter(cell, plain, &information)
      let values = basis[Int(cell.step)]
      for row in 0..<functions {
        information[order - 1, row] += mixed * values[row]
        information[row, order - 1] += mixed * values[row]
      }
      information[order - 1, functions] += mixed * cell.errorShare
      information[functions, order - 1] += mixed * cell.errorShare
      information[order - 1, order - 1] += square
    }
  }

  private func addOuter(
    _ cell: StepHistories.Cell, _ weight: Double, _ information: inout SymmetricMatrix
  ) {
    let values = basis[Int(cell.step)]
    for row in 0..<functions {
      let scaled = weight * values[row]
      if scaled == 0 { continue }
      for column in 0..<functions { information[row, column] += scaled * values[column] }
      information[row, functions] += scaled * cell.errorShare
      information[functions, row] += scaled * cell.errorShare
    }
    information[functions, functions] += weight * cell.errorShare * cell.errorShare
  }

  /// The mode of the effect given the outcomes, and the width of the peak, by Newton's method.
  private func findMode(_ cells: [StepHistories.Cell], _ start: Double) -> (Double, Double) {
    var mode = start
    var width = 1.0
    for _ in 0..<20 {
      var gradient = -mode
      var curvature = 1.0
      for (cell, base) in zip(cells, fixed) {
        let chance = 1 / (1 + Double.exp(-(base + spread * mode)))
        gradient += spread * (cell.right - cell.count * chance)
        curvature += spread * spread * cell.count * chance * (1 - chance)
      }
      width = 1 / curvature.squareRoot()
      let step = min(max(gradient / curvature, -2), 2)
      mode += step
      // Nodes around a point near the mode integrate as well as nodes around the mode.
      if abs(step) < 0.02 * width { break }
    }
    return (mode, width)
  }

  private func addPlain(
    _ cells: [StepHistories.Cell], _ logLikelihood: inout Double, _ score: inout [Double],
    _ information: inout SymmetricMatrix
  ) {
    for cell in cells {
      let predictor = course[Int(cell.step)] + slope * cell.errorShare
      let chance = 1 / (1 + Double.exp(-predictor))
      let loss = max(predictor, 0) + Double.log(onePlus: Double.exp(-abs(predictor)))
      logLikelihood += cell.right * predictor - cell.count * loss
      let residual = cell.right - cell.count * chance
      let values = basis[Int(cell.step)]
      for index in 0..<functions { score[index] += residual * values[index] }
      score[functions] += residual * cell.errorShare
      addOuter(cell, cell.count * chance * (1 - chance), &information)
    }
  }
}
