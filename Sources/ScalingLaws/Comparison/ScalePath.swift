internal import Optimization
internal import Quantities
internal import RealModule

/// How the loss of a law is read along one scale, so that two laws can be compared on it.
public enum ScalePath: Sendable, Hashable {
  /// The only scale of a law of one size, else each law's own compute-optimal allocation.
  case automatic
  /// The law's own split of compute between size and data that minimises its loss, with C as the
  /// law's table counts it.
  case computeOptimal
  /// A fixed number of tokens per parameter, with C as the law's table counts it.
  case tokensPerParameter(Double)
  /// One column, all others held.
  case column(String)
}

/// A law read along one scale on a fixed grid of ln scale, eight points at a time, so that the
/// curve of one draw of parameters is cheap to intersect with another.
struct CurveReader: Sendable {
  let scaleName: String
  let grid: [Double]
  /// How C is counted from N and D, where the path divides C between them; nil for other paths.
  var dividing: FlopsPerToken? {
    switch path {
    case .computeOptimal, .tokensPerParameter: flops
    case .automatic, .column: nil
    }
  }
  private let law: any Law
  private let kernel: LawKernel
  private let names: [String]
  private let path: ScalePath
  private let held: [String: Double]
  private let flops: FlopsPerToken
  /// All points of the grid; with a compute-optimal path each with every candidate of ln N.
  private let table: LaneTable
  private let candidates: Int
  private let candidateLogN: [Double]

  /// Reads a law over a range of ln scale; the optimum is searched four decades around a range of
  /// N.
  init(
    law: any Law, path: ScalePath, columns: [String: Double], range: ClosedRange<Double>,
    sizes: ClosedRange<Double>?, flops: FlopsPerToken, points: Int = 97
  ) throws(FitError) {
    self.flops = flops
    self.law = law
    kernel = law.makeKernel()
    names = law.card.columns.map(\.name)
    let resolved = try Self.resolve(path, law: law, columns: columns)
    self.path = resolved
    held = columns
    let step = (range.upperBound - range.lowerBound) / Double(points - 1)
    grid = (0..<points).map { range.lowerBound + Double($0) * step }
    var logN: [Double] = []
    if resolved == .computeOptimal {
      // Sizes for which C leaves between a millionth and a million tokens a parameter suffice.
      let low = sizes.map { Double.log($0.lowerBound) - 9.2 } ?? range.lowerBound / 2 - 9.2
      let high = sizes.map { Double.log($0.upperBound) + 9.2 } ?? range.upperBound / 2 + 9.2
      let count = 40
      logN = (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
    }
    candidateLogN = logN
    candidates = max(logN.count, 1)
    if case .column(let name) = resolved { scaleName = name } else { scaleName = "C" }
    var rows: [(Double, Double)] = []
    for logScale in grid {
      if logN.isEmpty { rows.append((logScale, 0)) }
      for candidate in logN { rows.append((logScale, candidate)) }
    }
    table = Self.pack(rows, names: names, path: resolved, held: columns, flops: flops)
  }

  /// Chooses the scale and checks that every column of the law is known on it.
  private static func resolve(
    _ path: ScalePath, law: any Law, columns: [String: Double]
  ) throws(FitError) -> ScalePath {
    let names = law.card.columns.map(\.name)
    var resolved = path
    if path == .automatic {
      let open = names.filter { columns[$0] == nil }
      if names.contains("N"), names.contains("D") {
        resolved = .computeOptimal
      } else if open.count == 1 {
        resolved = .column(open[0])
      } else if let first = ["C", "N", "D", "step"].first(where: open.contains) {
        resolved = .column(first)
      } else {
        resolved = .column(open.first ?? names.first ?? "C")
      }
    }
    let supplied: Set<String>
    switch resolved {
    case .column(let name): supplied = [name]
    case .automatic, .computeOptimal, .tokensPerParameter: supplied = ["N", "D", "C"]
    }
    for requirement in law.card.columns
    where !supplied.contains(requirement.name) && columns[requirement.name] == nil {
      throw .missingColumn(
        law: law.name, column: requirement.name, meaning: requirement.meaning,
        present: Array(columns.keys))
    }
    switch resolved {
    case .column(let name) where !names.contains(name):
      throw .unusable("law \(law.name) does not read the column \(name)")
    case .computeOptimal where !(names.contains("N") && names.contains("D")):
      throw .unusable("law \(law.name) does not read N and D, so it has no optimal split")
    case .tokensPerParameter(let ratio) where !(ratio > 0):
      throw .unusable("tokens per parameter: found \(ratio), expected a positive number")
    default: return resolved
    }
  }

  private static func pack(
    _ rows: [(logScale: Double, logN: Double)], names: [String], path: ScalePath,
    held: [String: Double], flops: FlopsPerToken
  ) -> LaneTable {
    var columns: [String: [Double]] = [:]
    for name in names {
      columns[name] = rows.map { row in
        value(
          of: name, logScale: row.logScale, logN: row.logN, path: path, held: held, flops: flops)
      }
    }
    let observations = Observations(
      columns: columns, response: [Double](repeating: 1, count: rows.count),
      labels: [String](repeating: "", count: rows.count))
    return LaneTable(observations: observations, columns: names, rows: Array(rows.indices))
  }

  private static func value(
    of name: String, logScale: Double, logN: Double, path: ScalePath, held: [String: Double],
    flops: FlopsPerToken
  ) -> Double {
    /// ln N at which the scale pays for so many tokens a parameter.
    func logSize(_ ratio: Double) -> Double {
      (logScale - Double.log(flops.coefficient * ratio)) / (flops.exponent + 1)
    }
    switch (path, name) {
    case (.column(let column), _): return name == column ? Double.exp(logScale) : held[name] ?? .nan
    case (_, "C"): return Double.exp(logScale)
    case (.tokensPerParameter(let ratio), "N"): return Double.exp(logSize(ratio))
    case (.tokensPerParameter(let ratio), "D"): return ratio * Double.exp(logSize(ratio))
    case (_, "N"): return Double.exp(logN)
    case (_, "D"): return Double.exp(flops.logTokens(logCompute: logScale, logSize: logN))
    default: return held[name] ?? .nan
    }
  }

  // MARK: - Curves

  func curve(_ point: [Double]) -> [Double] {
    let values = evaluate(table, point, count: grid.count * candidates)
    guard candidates > 1 else { return values }
    return optimum(point, coarse: values).losses
  }

  func optimalLogN(_ point: [Double]) -> [Double] {
    guard candidates > 1 else { return [] }
    return optimum(point, coarse: evaluate(table, point, count: grid.count * candidates)).logN
  }

  /// Finds the lowest candidate of each point, searches finer around it, and takes the vertex of
  /// the parabola through the lowest three.
  private func optimum(
    _ point: [Double], coarse: [Double]
  ) -> (losses: [Double], logN: [Double]) {
    let sign = law.card.response.higherIsBetter ? -1.0 : 1.0
    let fine = 16
    let spacing = candidateLogN[1] - candidateLogN[0]
    var rows: [(Double, Double)] = []
    for (position, logScale) in grid.enumerated() {
      let own = coarse[(position * candidates)..<((position + 1) * candidates)].map { sign * $0 }
      var best = 0
      for index in own.indices where own[index] < own[best] || own[best].isNaN { best = index }
      for step in 0..<fine {
        let offset = (2 * Double(step) / Double(fine - 1) - 1) * spacing
        rows.append((logScale, candidateLogN[best] + offset))
      }
    }
    let packed = Self.pack(rows, names: names, path: path, held: held, flops: flops)
    let values = evaluate(packed, point, count: rows.count).map { sign * $0 }
    var losses: [Double] = []
    var sizes: [Double] = []
    let width = 2 * spacing / Double(fine - 1)
    for position in grid.indices {
      let first = position * fine
      var best = 1
      for step in 1..<(fine - 1) where values[first + step] < values[first + best] { best = step }
      let left = values[first + best - 1]
      let middle = values[first + best]
      let right = values[first + best + 1]
      let bend = left - 2 * middle + right
      let shift = bend > 0 ? min(max((left - right) / (2 * bend), -1), 1) : 0
      losses.append(sign * (middle - (left - right) * shift / 4))
      sizes.append(rows[first + best].1 + shift * width)
    }
    return (losses, sizes)
  }

  private func evaluate(_ table: LaneTable, _ point: [Double], count: Int) -> [Double] {
    var lanes = [Lanes](repeating: .zero, count: table.blockCount)
    kernel.predict(table, point, &lanes)
    var result = [Double](repeating: .nan, count: count)
    for lane in 0..<(table.blockCount * 8) where table.isFilled[lane] {
      result[table.rowOfLane[lane]] = lanes[lane / 8][lane % 8]
    }
    return result
  }

  /// The outcome at one ln scale, exact where the path has no choice, else by a narrow search.
  func value(_ point: [Double], at logScale: Double) -> Double {
    func loss(_ logN: Double) -> Double {
      kernel.predictOne(
        point,
        names.map {
          Self.value(
            of: $0, logScale: logScale, logN: logN, path: path, held: held, flops: flops)
        }, [])
    }
    guard candidates > 1, let low = candidateLogN.first, let high = candidateLogN.last else {
      return loss(0)
    }
    let sign = law.card.response.higherIsBetter ? -1.0 : 1.0
    return sign * minimize(over: low...high, samples: 48, tolerance: 1e-7) { sign * loss($0) }.value
  }

  /// The value of a curve on the grid at any ln scale inside it, by a cubic through four points.
  func interpolate(_ curve: [Double], at logScale: Double) -> Double {
    let step = grid[1] - grid[0]
    let position = (logScale - grid[0]) / step
    let first = min(max(Int(saturating: position.rounded(.down)) - 1, 0), grid.count - 4)
    let t = position - Double(first)
    let (y0, y1) = (curve[first], curve[first + 1])
    let (y2, y3) = (curve[first + 2], curve[first + 3])
    let w0 = -(t - 1) * (t - 2) * (t - 3) / 6
    let w1 = t * (t - 2) * (t - 3) / 2
    let w2 = -t * (t - 1) * (t - 3) / 2
    let w3 = t * (t - 1) * (t - 2) / 6
    return y0 * w0 + y1 * w1 + y2 * w2 + y3 * w3
  }
}
