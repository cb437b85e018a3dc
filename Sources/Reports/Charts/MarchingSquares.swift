/// Lines of equal value of a grid by marching squares.
public enum MarchingSquares {
  /// A place in the plane.
  public struct Point: Sendable, Hashable {
    /// Horizontal coordinate.
    public var x: Double
    /// Vertical coordinate.
    public var y: Double

    /// A place in the plane.
    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// The lines on which a function, known on a grid, has a value.
  ///
  /// A closed line ends with its first point. A saddle is resolved by the mean of its four
  /// corners. Cells with a corner that is not finite are left out.
  /// - Parameters:
  ///   - xs: Column coordinates, monotone.
  ///   - ys: Row coordinates, monotone.
  ///   - values: One array per row of `ys`, one value per column of `xs`.
  ///   - level: The value.
  /// - Returns: The lines, ordered by the first cell they cross.
  public static func isolines(
    xs: [Double], ys: [Double], values: [[Double]], level: Double
  ) -> [[Point]] {
    let columns = xs.count
    guard columns > 1, ys.count > 1, values.count == ys.count,
      values.allSatisfy({ $0.count == columns })
    else { return [] }

    // Every crossing lies on one edge of the grid, and an edge belongs to at most two cells:
    // edges are the joints of the line. Even numbers are horizontal edges, odd ones vertical.
    var points: [Int: Point] = [:]
    var neighbours: [Int: [Int]] = [:]
    var order: [Int] = []
    func horizontal(_ row: Int, _ column: Int) -> Int {
      let key = 2 * (row * columns + column)
      if points[key] == nil {
        let t = share(values[row][column], values[row][column + 1], level)
        points[key] = Point(x: xs[column] + t * (xs[column + 1] - xs[column]), y: ys[row])
      }
      return key
    }
    func vertical(_ row: Int, _ column: Int) -> Int {
      let key = 2 * (row * columns + column) + 1
      if points[key] == nil {
        let t = share(values[row][column], values[row + 1][column], level)
        points[key] = Point(x: xs[column], y: ys[row] + t * (ys[row + 1] - ys[row]))
      }
      return key
    }
    func connect(_ a: Int, _ b: Int) {
      for (from, to) in [(a, b), (b, a)] {
        if neighbours[from] == nil { order.append(from) }
        neighbours[from, default: []].append(to)
      }
    }

    for row in 0..<(ys.count - 1) {
      for column in 0..<(columns - 1) {
        let corners = [
          values[row][column], values[row][column + 1],
          values[row + 1][column + 1], values[row + 1][column],
        ]
        guard corners.allSatisfy(\.isFinite) else { continue }
        let above = corners.map { $0 >= level }
        let sides = [
          { horizontal(row, column) }, { vertical(row, column + 1) },
          { horizontal(row + 1, column) }, { vertical(row, column) },
        ]
        // Side i joins corner i and corner i + 1.
        let crossed = (0..<4).filter { above[$0] != above[($0 + 1) % 4] }
        if crossed.count == 2 {
          connect(sides[crossed[0]](), sides[crossed[1]]())
        } else if crossed.count == 4 {
          let centre = corners.reduce(0, +) / 4 >= level
          // The line cuts off the corners that disagree with the centre.
          let pairs = above[0] == centre ? [(0, 1), (2, 3)] : [(3, 0), (1, 2)]
          for (a, b) in pairs { connect(sides[a](), sides[b]()) }
        }
      }
    }
    return chains(order, neighbours).map { $0.compactMap { points[$0] } }
  }

  /// Where between two values the level lies, 0 to 1.
  private static func share(_ a: Double, _ b: Double, _ level: Double) -> Double {
    a == b ? 0.5 : min(1, max(0, (level - a) / (b - a)))
  }

  private static func chains(_ order: [Int], _ neighbours: [Int: [Int]]) -> [[Int]] {
    var visited: Set<Int> = []
    var result: [[Int]] = []
    func follow(_ start: Int) {
      var chain = [start]
      visited.insert(start)
      while let last = chain.last,
        let next = neighbours[last]?.first(where: { !visited.contains($0) })
      {
        visited.insert(next)
        chain.append(next)
      }
      if let last = chain.last, chain.count > 2, neighbours[last]?.contains(start) == true {
        chain.append(start)
      }
      result.append(chain)
    }
    // Open lines first, from an end; what is left is closed.
    for key in order where neighbours[key]?.count == 1 && !visited.contains(key) { follow(key) }
    for key in order where !visited.contains(key) { follow(key) }
    return result
  }
}
