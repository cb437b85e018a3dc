internal import Optimization
internal import Statistics
internal import Synchronization

/// How often each problem is drawn in each resample, eight resamples side by side.
///
/// All statistics of one table resample the same problems with the same streams: the weights are
/// drawn once and kept, a byte each.
final class ResampleWeights: Sendable {
  let problems: Int
  /// Group by group, problem by problem.
  private let bytes: [UInt8]

  private struct Key: Hashable {
    var seed: UInt64
    var resamples: Int
    var problems: Int
  }

  /// The weights used last: an analysis has a few sets of problems, and one of them most of the time.
  private static let kept = Mutex<[(key: Key, weights: ResampleWeights)]>([])
  /// More bytes than these are drawn anew each time.
  private static let largest = 64 << 20

  /// What a closure makes of the weights of eight resamples, for all groups of eight.
  static func map<Value: Sendable>(
    _ bootstrap: ProblemBootstrap, problems: Int, _ body: @Sendable ([SIMD8<Double>]) -> [Value]
  ) -> [Value] {
    let kept = of(bootstrap, problems: problems)
    let groups = parallelMap(
      count: groups(bootstrap.resamples), threads: bootstrap.threads
    ) { group in
      body(
        kept?.group(group) ?? numbers(draw(group, seed: bootstrap.seed, problems: problems)[...]))
    }
    return Array(groups.joined().prefix(bootstrap.resamples))
  }

  private static func groups(_ resamples: Int) -> Int { (resamples + 7) / 8 }

  /// The weights, kept from before or drawn now; nil where they would be too many.
  static func of(_ bootstrap: ProblemBootstrap, problems: Int) -> ResampleWeights? {
    let resamples = bootstrap.resamples
    guard problems > 0, groups(resamples) * 8 * problems <= largest else { return nil }
    let key = Key(seed: bootstrap.seed, resamples: resamples, problems: problems)
    let found = kept.withLock { kept in
      kept.first { $0.key == key }?.weights
    }
    if let found { return found }
    let drawn = ResampleWeights(bootstrap, problems: problems)
    kept.withLock { kept in
      kept.insert((key, drawn), at: 0)
      if kept.count > 3 { kept.removeLast() }
    }
    return drawn
  }

  private init(_ bootstrap: ProblemBootstrap, problems: Int) {
    self.problems = problems
    let parts = parallelMap(
      count: Self.groups(bootstrap.resamples), threads: bootstrap.threads
    ) { Self.draw($0, seed: bootstrap.seed, problems: problems) }
    bytes = Array(parts.joined())
  }

  /// No problem is drawn more than 255 times: for more than 255 problems the chance is below
  /// 1/256!.
  private static func draw(_ group: Int, seed: UInt64, problems: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 8 * problems)
    bytes.withUnsafeMutableBufferPointer { bytes in
      for lane in 0..<8 {
        var random = SplittableRandom(seed: seed).split(group * 8 + lane)
        for _ in 0..<problems { bytes[8 * random.nextIndex(below: problems) + lane] &+= 1 }
      }
    }
    return bytes
  }

  private func group(_ group: Int) -> [SIMD8<Double>] {
    let first = group * 8 * problems
    return Self.numbers(bytes[first..<(first + 8 * problems)])
  }

  private static func numbers(_ bytes: ArraySlice<UInt8>) -> [SIMD8<Double>] {
    let count = bytes.count / 8
    return [SIMD8<Double>](unsafeUninitializedCapacity: count) { numbers, written in
      bytes.withUnsafeBufferPointer { bytes in
        for problem in 0..<count {
          var lanes = SIMD8<Int32>()
          for lane in 0..<8 { lanes[lane] = Int32(bytes[8 * problem + lane]) }
          numbers[problem] = SIMD8<Double>(lanes)
        }
      }
      written = count
    }
  }

  func resample(_ resample: Int) -> [Double] {
    let (group, lane) = resample.quotientAndRemainder(dividingBy: 8)
    let first = group * 8 * problems + lane
    return bytes.withUnsafeBufferPointer { bytes in
      (0..<problems).map { Double(bytes[first + 8 * $0]) }
    }
  }
}
