internal import RealModule

/// The exact accuracy of a plurality vote of a random n-subset of recorded answers [T5].
///
/// Attempts are put in the subset with probability θ each, which makes the votes of the classes
/// independent, and the result is conditioned on n attempts in it: with binomial densities in place of
/// binomial coefficients nothing overflows, and the conditional does not depend on θ. Let the right
/// class have m votes. Classes of fewer than m attempts cannot reach it, and together put a binomial
/// number into the subset; each other rival has at most m, and t of them have m. A polynomial in x
/// (attempts) and t gives the rest, and the right class wins with probability 1/(1 + t).
struct PluralityPolynomial {
  let counts: [Int]
  let accuracy: [Double]
  let silent: Int

  init(_ ballot: Ballot) {
    counts = ballot.counts
    accuracy = ballot.accuracy
    silent = ballot.silent
  }

  /// The number of multiplications that ``accuracies(_:)`` takes, roughly.
  func cost(upTo largest: Int) -> Double {
    var rivals = [Int](repeating: 0, count: largest + 2)
    for count in counts { rivals[min(count, largest)] += 1 }
    for votes in stride(from: largest - 1, through: 0, by: -1) {
      rivals[votes] += rivals[votes + 1]
    }
    var total = 0.0
    for winner in counts.indices where accuracy[winner] > 0 && counts[winner] > 0 {
      for votes in 1...min(counts[winner], largest) {
        let length = Double(largest - votes + 1)
        total += length * (20 + (votes == 1 ? 1 : length / 2) * Double(rivals[votes]))
      }
    }
    return total
  }

  /// The accuracy at ascending numbers of samples, at most the number of attempts.
  func accuracies(_ samples: [Int]) -> [Double] {
    guard let largest = samples.last else { return [] }
    let attempts = counts.reduce(silent, +)
    // Half keeps the density of n = N and that of n = 1 far from underflow for a few hundred attempts.
    let theta = min(Double(largest) / Double(attempts), 0.5)
    let densities = counts.map { Self.density($0, theta, upTo: largest) }
    let whole = Self.density(attempts, theta, upTo: largest)
    var result = [Double](repeating: 0, count: samples.count)
    for winner in counts.indices where accuracy[winner] > 0 && counts[winner] > 0 {
      for votes in 1...min(counts[winner], largest) {
        let length = largest - votes + 1
        let rivals = counts.indices.filter { $0 != winner && counts[$0] >= votes }
        let rest = rivals.reduce(attempts - counts[winner]) { $0 - counts[$1] }
        let start = Self.density(rest, theta, upTo: length - 1)
        let shares =
          votes == 1
          ? Self.singleVotes(start, rivals: rivals.map { densities[$0] }, length: length)
          : Self.shares(
            start, rivals: rivals.map { densities[$0] }, votes: votes, length: length)
        let scale = accuracy[winner] * densities[winner][votes]
        for (column, n) in samples.enumerated() where n >= votes {
          result[column] += scale * shares[n - votes]
        }
      }
    }
    return samples.indices.map { result[$0] / whole[samples[$0]] }
  }

  /// Binomial densities of 0 to `limit` successes, zero beyond the number of trials.
  static func density(_ trials: Int, _ probability: Double, upTo limit: Int) -> [Double] {
    var densities = [Double](repeating: 0, count: limit + 1)
    densities[0] = Double.exp(Double(trials) * Double.log(onePlus: -probability))
    let odds = probability / (1 - probability)
    for k in stride(from: 1, through: min(limit, trials), by: 1) {
      densities[k] = densities[k - 1] * odds * Double(trials - k + 1) / Double(k)
    }
    return densities
  }

  /// Where the winner has one vote, every rival that votes ties.
  private static func singleVotes(_ start: [Double], rivals: [[Double]], length: Int) -> [Double] {
    var voters = [Double](repeating: 0, count: length)
    voters[0] = 1
    for density in rivals {
      for t in stride(from: length - 1, through: 1, by: -1) {
        voters[t] = voters[t] * density[0] + voters[t - 1] * density[1]
      }
      voters[0] *= density[0]
    }
    return (0..<length).map { x in
      var sum = 0.0
      for t in 0...x { sum += voters[t] * start[x - t] / Double(1 + t) }
      return sum
    }
  }

  /// The expected 1/(1 + t) by attempts in the rest of the subset.
  private static func shares(
    _ start: [Double], rivals: [[Double]], votes: Int, length: Int
  ) -> [Double] {
    let ties = min(rivals.count, (length - 1) / votes)
    var rows = [Double](repeating: 0, count: (ties + 1) * length)
    for x in 0..<length { rows[x] = start[x] }
    var next = [Double](repeating: 0, count: length)
    rows.withUnsafeMutableBufferPointer { rows in
      next.withUnsafeMutableBufferPointer { next in
        for (number, density) in rivals.enumerated() {
          for t in stride(from: min(number + 1, ties), through: 0, by: -1) {
            next.update(repeating: 0)
            for j in 0..<min(votes, length) {
              let weight = density[j]
              for x in 0..<(length - j) { next[x + j] += weight * rows[t * length + x] }
            }
            if t > 0, votes < length {
              let weight = density[votes]
              for x in 0..<(length - votes) {
                next[x + votes] += weight * rows[(t - 1) * length + x]
              }
            }
            for x in 0..<length { rows[t * length + x] = next[x] }
          }
        }
      }
    }
    return (0..<length).map { x in
      var sum = 0.0
      for t in 0...ties { sum += rows[t * length + x] / Double(1 + t) }
      return sum
    }
  }
}
