import Foundation

/// Tables with planted parameters; the scatter is a fixed pattern, so no test depends on chance.
enum PlantedTables {
  /// Chinchilla's law with its published parameters, or others.
  static func loss(
    _ size: Double, _ tokens: Double, floor: Double = 1.69, sizeAmplitude: Double = 406.4,
    tokenAmplitude: Double = 410.7
  ) -> Double {
    floor + sizeAmplitude / pow(size, 0.34) + tokenAmplitude / pow(tokens, 0.28)
  }

  /// A scatter of standard deviation 1 without a generator: equidistributed angles.
  static func scatter(_ index: Int) -> Double {
    sqrt(2) * sin(Double(index) * 2.399963229728653)
  }

  /// Sizes and tokens of a grid of runs.
  static let grid: [(size: Double, tokens: Double)] = [2e7, 5e7, 1e8, 3e8, 1e9].flatMap { size in
    [5.0, 20, 80, 200].map { (size, size * $0) }
  }

  /// The rows `N,D,loss` of the grid, without a header.
  static func rows(amplitude: Double = 1, noise: Double = 0.002, delimiter: String = ",")
    -> [String]
  {
    grid.enumerated().map { index, run in
      let value =
        loss(
          run.size, run.tokens, sizeAmplitude: 406.4 * amplitude, tokenAmplitude: 410.7 * amplitude)
        * exp(noise * scatter(index))
      return ["\(Int(run.size))", "\(Int(run.tokens))", "\(value)"].joined(separator: delimiter)
    }
  }

  /// A table of the grid.
  static func runs(amplitude: Double = 1, noise: Double = 0.002) -> String {
    lines(["N,D,loss"] + rows(amplitude: amplitude, noise: noise))
  }

  /// The grid twice, the second arm with smaller amplitudes.
  static var arms: String {
    lines(
      ["method,N,D,loss"] + rows().map { "plain,\($0)" }
        + rows(amplitude: 0.9).map { "gated,\($0)" })
  }

  /// Budgets with a valley of sizes each, around the optimum of the planted law.
  static var isoFLOP: String {
    var rows = ["N,D,C,loss"]
    for budget in [1e18, 3e18, 1e19, 3e19, 1e20] {
      for step in [-1.2, -0.8, -0.4, -0.1, 0.1, 0.4, 0.8, 1.2] {
        let size = sqrt(budget / 120) * exp(step)
        let tokens = budget / 6 / size
        let value = loss(size, tokens) * (1 + 2e-4 * scatter(rows.count))
        rows.append("\(size),\(tokens),\(budget),\(value)")
      }
    }
    return lines(rows)
  }

  /// Whole training curves of five sizes.
  static var curves: String {
    var rows = ["run,N,D,loss"]
    for size in [2e7, 4e7, 8e7, 1.6e8, 3.2e8] {
      for step in 1...30 {
        let tokens = size * 2 * pow(1.2, Double(step))
        let value = loss(size, tokens) * (1 + 2e-4 * scatter(rows.count))
        rows.append("m\(Int(size)),\(size),\(tokens),\(value)")
      }
    }
    return lines(rows)
  }

  /// Runs with a task accuracy that is a sigmoid of the loss.
  static var accuracies: String {
    lines(
      ["N,D,loss,accuracy"]
        + grid.enumerated().map { index, run in
          let value = loss(run.size, run.tokens) * (1 + 0.001 * scatter(index))
          let accuracy = 0.25 + 0.7 / (1 + exp(3 * (value - 2.9))) + 0.003 * scatter(index + 7)
          return "\(run.size),\(run.tokens),\(value),\(accuracy)"
        })
  }

  /// Mixtures of three domains, of which the first lowers the loss most.
  static var mixtures: String {
    var rows = ["share_web,share_code,share_books,loss"]
    for index in 0..<40 {
      let raw = (0..<3).map {
        -log(
          0.02 + 0.96 * fraction(Double(index) * 0.618034 + Double($0) * 0.3371 * Double(index + 1))
        )
      }
      let total = raw.reduce(0, +)
      let share = raw.map { $0 / total }
      let value = 2 + 0.5 * exp(1 - 2 * share[0] - share[1]) + 0.001 * scatter(index)
      rows.append("\(share[0]),\(share[1]),\(share[2]),\(value)")
    }
    return lines(rows)
  }

  /// Two tasks over the grid: one rises with compute, one stays where guessing would be.
  static var evaluations: String {
    lines(
      ["N,D,metric.arc,metric.piqa"]
        + grid.enumerated().map { index, run in
          let decades = log10(6 * run.size * run.tokens) - 16
          let rising = 0.3 + 0.1 * decades + 0.01 * scatter(index)
          return "\(run.size),\(run.tokens),\(rising),\(0.5 + 0.01 * scatter(index + 3))"
        })
  }

  private static func fraction(_ x: Double) -> Double { x - x.rounded(.down) }

  static func lines(_ lines: [String]) -> String { lines.joined(separator: "\n") + "\n" }
}
