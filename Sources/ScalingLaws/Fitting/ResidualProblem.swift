internal import Optimization
internal import RealModule

/// The map between the physical parameters of a law and the optimiser's free unknowns.
struct ParameterSpace: Sendable {
  let parameters: [LawParameter]
  /// The physical values of all parameters; free ones are overwritten.
  let base: [Double]
  let free: [Int]
  let lower: [Double]
  let upper: [Double]

  init(parameters: [LawParameter], fixed: [Int: Double], bounds: [Int: ClosedRange<Double>]) {
    self.parameters = parameters
    free = parameters.indices.filter { fixed[$0] == nil }
    base = parameters.indices.map { fixed[$0] ?? 0 }
    func unknown(_ index: Int, _ value: Double) -> Double {
      parameters[index].domain == .positive ? Double.log(max(value, 1e-300)) : value
    }
    lower = free.map { unknown($0, (bounds[$0] ?? parameters[$0].bounds).lowerBound) }
    upper = free.map { unknown($0, (bounds[$0] ?? parameters[$0].bounds).upperBound) }
  }

  func physical(_ unknowns: [Double]) -> [Double] {
    var result = base
    for (slot, index) in free.enumerated() {
      result[index] =
        parameters[index].domain == .positive ? Double.exp(unknowns[slot]) : unknowns[slot]
    }
    return result
  }

  func unknowns(_ physical: [Double]) -> [Double] {
    free.enumerated().map { slot, index in
      let value =
        parameters[index].domain == .positive
        ? Double.log(max(physical[index], 1e-300)) : physical[index]
      return min(max(value, lower[slot]), upper[slot])
    }
  }

  /// The derivative of the physical value with respect to the unknown.
  func slope(_ index: Int, _ physical: Double) -> Double {
    parameters[index].domain == .positive ? physical : 1
  }
}

/// The objective of one law on packed rows, with everything a minimiser asks of it.
struct ResidualProblem: RobustProblem {
  let kernel: LawKernel
  let table: LaneTable
  let space: ParameterSpace
  let objective: Objective
  let outcomes: [Lanes]
  let logOutcomes: [Lanes]
  let weights: [Lanes]
  private var predictions: [Lanes]
  private var derivatives: [Lanes]
  // Scratch of `linearize`, kept because allocating it would cost as much as filling it.
  private var majorizing: [Lanes]
  private var active: [Lanes]
  private var derivativeOfLoss: [Lanes]

  var unknowns: Int { space.free.count }

  init(
    kernel: LawKernel, table: LaneTable, space: ParameterSpace, objective: Objective,
    response: [Double], weights: [Double]
  ) {
    self.kernel = kernel
    self.table = table
    self.space = space
    self.objective = objective
    var outcomes = table.pack(response)
    let weightLanes = table.pack(weights)
    // Fillers carry weight zero; an outcome of one keeps their logarithm finite.
    for block in outcomes.indices {
      outcomes[block].replace(
        with: Lanes(repeating: 1), where: weightLanes[block] .== Lanes.zero)
    }
    self.outcomes = outcomes
    self.weights = weightLanes
    switch objective.residual {
    case .linear: logOutcomes = outcomes
    case .log: logOutcomes = outcomes.map { Lanes.log($0) }
    case .logPlusOne: logOutcomes = outcomes.map { Lanes.log($0 + 1) }
    }
    predictions = [Lanes](repeating: .zero, count: table.blockCount)
    majorizing = predictions
    active = predictions
    derivativeOfLoss = predictions
    derivatives = [Lanes](repeating: .zero, count: table.blockCount * space.free.count)
  }

  /// The objective at a physical point; infinite outside the domain.
  mutating func value(atPhysical point: [Double]) -> Double {
    kernel.predict(table, point, &predictions)
    var sum = Lanes.zero
    let threshold = Lanes(repeating: objective.threshold)
    for block in 0..<table.blockCount {
      let r = residual(block)
      let size = r.replacing(with: -r, where: r .< Lanes.zero)
      let clipped = size.replacing(with: threshold, where: size .> threshold)
      sum += effectiveWeight(block, r) * (clipped * (size - clipped * 0.5))
    }
    let total = sum.sum()
    return total.isNaN ? .infinity : total
  }

  @inline(__always)
  private func residual(_ block: Int) -> Lanes {
    switch objective.residual {
    case .linear: return predictions[block] - outcomes[block]
    case .log: return Lanes.log(predictions[block]) - logOutcomes[block]
    case .logPlusOne: return Lanes.log(predictions[block] + 1) - logOutcomes[block]
    }
  }

  @inline(__always)
  private func effectiveWeight(_ block: Int, _ r: Lanes) -> Lanes {
    let weight = weights[block]
    if objective.overestimatePenalty == 1 { return weight }
    return weight.replacing(
      with: weight * objective.overestimatePenalty, where: r .> Lanes.zero)
  }

  mutating func linearize(at point: [Double], into model: inout LocalModel) {
    let physical = space.physical(point)
    kernel.differentiate(table, physical, space.free, &predictions, &derivatives)
    let blocks = table.blockCount
    let order = space.free.count
    let delta = objective.threshold
    let threshold = Lanes(repeating: delta)
    var sum = Lanes.zero
    var slopes = [Double](repeating: 1, count: order)
    for (slot, index) in space.free.enumerated() {
      slopes[slot] = space.slope(index, physical[index])
    }
    model.gradient.withUnsafeMutableBufferPointer { gradient in
      for slot in 0..<order { gradient[slot] = 0 }
    }
    // First pass: residuals become the derivative of the loss, and predictions the weights.
    for block in 0..<blocks {
      let r = residual(block)
      let negative = r .< Lanes.zero
      let size = r.replacing(with: -r, where: negative)
      let clipped = size.replacing(with: threshold, where: size .> threshold)
      let weight = effectiveWeight(block, r)
      sum += weight * (clipped * (size - clipped * 0.5))
      let scale: Lanes
      switch objective.residual {
      case .linear: scale = Lanes(repeating: 1)
      case .log: scale = 1 / predictions[block]
      case .logPlusOne: scale = 1 / (predictions[block] + 1)
      }
      derivativeOfLoss[block] =
        weight * scale * clipped.replacing(with: -clipped, where: negative)
      let squaredScale = weight * scale * scale
      let denominator = size.replacing(with: threshold, where: size .< threshold)
      majorizing[block] = squaredScale * (threshold / denominator)
      active[block] = squaredScale.replacing(with: Lanes.zero, where: size .> threshold)
    }
    let total = sum.sum()
    model.value = total.isNaN ? .infinity : total
    guard model.value.isFinite else { return }
    for row in 0..<order {
      let rowBase = row * blocks
      var slope = Lanes.zero
      for block in 0..<blocks { slope += derivativeOfLoss[block] * derivatives[rowBase + block] }
      model.gradient[row] = slope.sum() * slopes[row]
      for column in 0...row {
        let columnBase = column * blocks
        var upperSum = Lanes.zero
        var activeSum = Lanes.zero
        for block in 0..<blocks {
          let product = derivatives[rowBase + block] * derivatives[columnBase + block]
          upperSum += majorizing[block] * product
          activeSum += active[block] * product
        }
        let factor = slopes[row] * slopes[column]
        model.majorizer[row, column] = upperSum.sum() * factor
        model.majorizer[column, row] = model.majorizer[row, column]
        model.curvature[row, column] = activeSum.sum() * factor
        model.curvature[column, row] = model.curvature[row, column]
      }
    }
    if !model.gradient.allSatisfy(\.isFinite) || !model.majorizer.elements.allSatisfy(\.isFinite) {
      model.value = .infinity
    }
  }

  /// Predictions for every row of the table, in the observations' order.
  mutating func rowPredictions(at physical: [Double], count: Int) -> [Double] {
    kernel.predict(table, physical, &predictions)
    var result = [Double](repeating: .nan, count: count)
    for lane in table.rowOfLane.indices where table.isFilled[lane] {
      result[table.rowOfLane[lane]] = predictions[lane / 8][lane % 8]
    }
    return result
  }
}
