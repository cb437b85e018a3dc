internal import RealModule
internal import Statistics

/// What two sizes leave open: the exponent of a power of size over a floor.
///
/// Two values of N fix two levels of c + A·N^(−α); any α passes through both. Each refit gets its
/// own α, drawn from the exponents that ladders of language models have shown, with c and A moved
/// so that both levels stay.
struct MixtureRidge {
  /// The exponents that published ladders have shown, from the flattest to the steepest.
  static let published = 0.05...0.8

  let law: MixtureLaw
  let observations: Observations

  var undetermined: [String] {
    law.scale.columns.filter { Set(observations.column($0)).count == 2 }
  }

  /// The estimate and the refits, the latter spread along what the table leaves open.
  func spread(_ draws: [[Double]], seed: UInt64) -> [[Double]] {
    let random = SplittableRandom(seed: seed).split(6_311)
    let columns = undetermined
    guard !columns.isEmpty else { return draws }
    return draws.enumerated().map { index, draw in
      var generator = random.split(index)
      var point = draw
      for column in columns {
        let position = law.scale.columns.firstIndex(of: column) ?? 0
        let next = 1 + law.form.parameterCount(law.domains.count) + 3 * position
        let reference = MixtureLaw.references[column] ?? 1
        let levels = Set(observations.column(column)).sorted().map { $0 / reference }
        func power(_ level: Double, _ exponent: Double) -> Double {
          Double.pow(level, -exponent)
        }
        let fall =
          point[next] * (power(levels[0], point[next + 1]) - power(levels[1], point[next + 1]))
        // A floor below zero is no loss: exponents that ask for one are drawn again.
        for _ in 0..<64 {
          let ends = (Double.log(Self.published.lowerBound), Double.log(Self.published.upperBound))
          let exponent = Double.exp(ends.0 + (ends.1 - ends.0) * generator.nextUniform())
          let amplitude = fall / (power(levels[0], exponent) - power(levels[1], exponent))
          let floor =
            point[0] + point[next] * power(levels[1], point[next + 1]) - amplitude
            * power(levels[1], exponent)
          guard floor > 0 else { continue }
          (point[0], point[next], point[next + 1]) = (floor, amplitude, exponent)
          break
        }
      }
      return point
    }
  }
}
