/// The changes of a learning rate, gathered so that a sum over all of them costs a few dozen terms.
///
/// Changes that lie far back, compared with the stretch over which they spread, act like two
/// changes at the nodes of a Gauss rule of the same total, mean, variance and third moment. The
/// tree halves the list of changes until that holds: the sum is right to about 10⁻⁷ of the loss.
struct ScheduleTree: Sendable {
  /// A node may be as wide as its distance from the row (in learning-rate area).
  private static let openness = 1.0
  /// The rates within a node may differ by this much in their logarithm.
  private static let rateSpread = 1.0
  /// Nodes of at most this many changes are summed one by one.
  private static let leafSize = 4
  /// More changes than this are first merged in groups of neighbours.
  private static let changeLimit = 1 << 17

  private struct Node {
    var first: Int
    var count: Int
    var start: Double
    var end: Double
    /// The position of the first of two children, which are neighbours; −1 for a leaf.
    var children: Int
    /// Whether two points may stand for the node.
    var isSmooth: Bool
    var points: (ScheduleSegment, ScheduleSegment)
  }

  private let changes: [ScheduleSegment]
  private var nodes: [Node] = []

  init(rates: [Double]) {
    changes = Self.changes(of: rates)
    guard !changes.isEmpty else { return }
    nodes.reserveCapacity(changes.count)
    nodes.append(node(0, changes.count))
    var position = 0
    while position < nodes.count {
      let (first, count) = (nodes[position].first, nodes[position].count)
      if count > Self.leafSize {
        nodes[position].children = nodes.count
        nodes.append(node(first, count / 2))
        nodes.append(node(first + count / 2, count - count / 2))
      }
      position += 1
    }
  }

  private static func changes(of rates: [Double]) -> [ScheduleSegment] {
    guard var area = rates.first else { return [] }
    var result: [ScheduleSegment] = []
    for step in rates.indices.dropFirst() {
      let drop = rates[step - 1] - rates[step]
      if drop != 0 {
        result.append(ScheduleSegment(drop: drop, rate: rates[step], areaBefore: area))
      }
      area += rates[step]
    }
    while result.count > changeLimit {
      result = stride(from: 0, to: result.count, by: 2).map { index in
        guard index + 1 < result.count else { return result[index] }
        let (a, b) = (result[index], result[index + 1])
        let total = abs(a.drop) + abs(b.drop)
        return ScheduleSegment(
          drop: a.drop + b.drop, rate: (abs(a.drop) * a.rate + abs(b.drop) * b.rate) / total,
          areaBefore: (abs(a.drop) * a.areaBefore + abs(b.drop) * b.areaBefore) / total)
      }
    }
    return result
  }

  private func node(_ first: Int, _ count: Int) -> Node {
    let members = changes[first..<first + count]
    let start = changes[first].areaBefore
    let end = changes[first + count - 1].areaBefore
    var node = Node(
      first: first, count: count, start: start, end: end, children: -1, isSmooth: false,
      points: (changes[first], changes[first]))
    let falls = members.allSatisfy { $0.drop > 0 }
    guard count > 2, falls || members.allSatisfy({ $0.drop < 0 }), end > start else { return node }
    let lowest = members.reduce(Double.infinity) { min($0, $1.logRate) }
    let highest = members.reduce(-Double.infinity) { max($0, $1.logRate) }
    guard highest - lowest <= Self.rateSpread else { return node }
    let total = members.reduce(0) { $0 + $1.drop }
    let mean = members.reduce(0) { $0 + $1.drop * $1.areaBefore } / total
    let meanLogRate = members.reduce(0) { $0 + $1.drop * $1.logRate } / total
    var (second, third, mixed) = (0.0, 0.0, 0.0)
    for change in members {
      let offset = change.areaBefore - mean
      second += change.drop * offset * offset
      third += change.drop * offset * offset * offset
      mixed += change.drop * offset * (change.logRate - meanLogRate)
    }
    guard second / total > 0 else { return node }
    // The nodes of the two-point rule are the roots of x² − (third/second)·x − second/total.
    let half = third / second / 2
    let root = (half * half + second / total).squareRoot()
    func point(_ offset: Double, _ other: Double) -> ScheduleSegment {
      ScheduleSegment(
        drop: total * other / (other - offset),
        logRate: meanLogRate + mixed / second * offset, areaBefore: mean + offset)
    }
    node.points = (point(half - root, half + root), point(half + root, half - root))
    node.isSmooth = true
    return node
  }

  /// Appends what rows between two areas must sum over. Changes from `last` on have not happened to
  /// any of them; terms after a row's own area add nothing to it.
  func append(from first: Double, to last: Double, into segments: inout [ScheduleSegment]) {
    guard !nodes.isEmpty else { return }
    var stack = [0]
    while let position = stack.popLast() {
      let node = nodes[position]
      if node.start >= last { continue }
      if node.isSmooth, node.end < first,
        node.end - node.start <= Self.openness * (first - node.end)
      {
        segments.append(node.points.0)
        segments.append(node.points.1)
      } else if node.children >= 0 {
        stack.append(node.children + 1)
        stack.append(node.children)
      } else {
        for change in changes[node.first..<node.first + node.count]
        where change.areaBefore < last {
          segments.append(change)
        }
      }
    }
  }
}

extension LearningRateSchedule {
  /// What the multi-power law sums over at one step: recent changes of the rate one by one, old
  /// ones in groups, right to about 10⁻⁷ of the loss.
  ///
  /// - Parameter areas: the sums of learning rates at which the law is to be evaluated.
  /// - Returns: one list of segments an area.
  public func segments(at areas: [Double]) -> [[ScheduleSegment]] {
    let tree = ScheduleTree(rates: rates)
    return areas.map { area in
      var result: [ScheduleSegment] = []
      tree.append(from: area, to: area, into: &result)
      return result
    }
  }
}
