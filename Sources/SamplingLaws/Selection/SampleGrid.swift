internal import RunTables

/// The numbers of samples of a curve, and the problems that have so many attempts.
struct SampleGrid: Sendable {
  let samples: [Int]
  /// Those with enough attempts for the largest number: the whole curve is of the same ones.
  let problems: [Int]
  let warnings: [String]

  var largest: Int { samples[samples.count - 1] }

  /// By default the numbers of `spacing` up to one that nine problems in ten have attempts for.
  init(
    _ arm: OutcomeArm, asked: [Int]?, spacing: (Int) -> [Int] = Self.powersOfTwo
  ) throws(SelectionError) {
    if arm.steps != nil { throw .rowsAreSteps }
    let counts = (0..<arm.problemCount).map { arm.rows(ofProblem: $0).count }
    let sorted = counts.sorted()
    guard let most = sorted.last, most > 0 else { throw .tooFewAttempts(asked: 1, most: 0) }
    if let asked {
      samples = Set(asked).sorted()
      guard let least = samples.first, least > 0 else { throw .invalidSamples }
    } else {
      samples = spacing(max(sorted[sorted.count / 10], 1))
    }
    let needed = samples[samples.count - 1]
    problems = counts.indices.filter { counts[$0] >= needed }
    guard !problems.isEmpty else { throw .tooFewAttempts(asked: needed, most: most) }
    let missing = counts.count - problems.count
    warnings =
      missing == 0
      ? []
      : [
        "\(missing) of \(counts.count) problems have fewer than \(needed) attempts and are left out."
      ]
  }

  /// 1, 2, 4 and so on, and the limit.
  static func powersOfTwo(upTo limit: Int) -> [Int] {
    numbers(upTo: limit) { $0 }
  }

  /// Every number to 24, then steps of a twelfth, and the limit.
  static func dense(upTo limit: Int) -> [Int] {
    numbers(upTo: limit) { max(1, $0 / 12) }
  }

  private static func numbers(upTo limit: Int, step: (Int) -> Int) -> [Int] {
    var samples: [Int] = []
    var next = 1
    while next < limit {
      samples.append(next)
      next += step(next)
    }
    return samples + [limit]
  }
}
