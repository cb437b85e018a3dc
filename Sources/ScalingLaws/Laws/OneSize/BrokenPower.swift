public import Cards
public import Optimization
internal import RealModule

/// A smoothly broken power law of one size [L7].
///
/// y = a + b·x^(−c0)·Π_i (1 + (x/d_i)^(1/f_i))^(−c_i·f_i): slope −c0 before the first break, −(c0 + c1)
/// after it, and so on; a small f_i makes a sharp break. Slopes may have any sign, so the law
/// follows curves that rise and fall. A break beyond the data cannot be predicted.
public struct BrokenPower: Law {
  /// The number of breaks, 1 to 4.
  public var breaks: Int
  private var column: String

  /// Creates the law.
  public init(breaks: Int = 1, x column: String = "D") {
    self.breaks = min(max(breaks, 1), 4)
    self.column = column
  }

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "bnsl", title: "Broken neural scaling law",
      formula: "a + b x^-c0 prod_i (1 + (x/d_i)^(1/f_i))^(-c_i f_i)", citations: [.caballero2022],
      columns: [.scale(column)], objective: Objective(residual: .logPlusOne, loss: .squared),
      caution: "a break whose onset is not in the data cannot be predicted")
  }

  /// Derivatives are taken eight at a time.
  public static var isWide: Bool { true }

  /// a, b, c0, then d, c, f of each break.
  public var parameters: [LawParameter] {
    let shared: [LawParameter] = [
      .amplitude("a"), .amplitude("b"),
      .shape("c0", domain: .real, bounds: -10...10, starts: [0, 0.3]),
    ]
    return (1...breaks).reduce(into: shared) { list, index in
      list.append(
        .shape("d\(index)", bounds: 1e-300...1e300, starts: [Double.exp(4 * Double(index))]))
      list.append(.shape("c\(index)", domain: .real, bounds: -50...50, starts: [-0.3, 0.3, 1]))
      list.append(.shape("f\(index)", bounds: 1e-3...20, starts: [0.05, 0.3]))
    }
  }

  /// `breaks`, their number, and `x`, the column of size.
  public var settings: [CardOption] {
    [.whole("breaks", breaks, in: 1...4, "the number of breaks, 1 to 4"), .scale(column)]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> BrokenPower {
    BrokenPower(breaks: values.whole("breaks"), x: values.word("x"))
  }

  /// Breaks at quantiles of ln x, with slopes of both signs; a and b are solved.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let x = observations.column(column).filter { $0 > 0 }.map { Double.log($0) }.sorted()
    guard let low = x.first, let high = x.last else { return nil }
    let slots = breaks == 1 ? 12 : (breaks == 2 ? 8 : 6)
    let grid = (0..<slots).map { slot in
      Double.exp(low + (high - low) * (Double(slot) + 0.5) / Double(slots))
    }
    var shapes: [[Double]] = []
    switch breaks {
    case 1: shapes = crossProduct([[-0.5, 0.3, 1.5, 6], [0.03, 0.1, 0.4]])
    case 2: shapes = crossProduct([[-0.5, 0.4, 3], [0.05, 0.3]])
    default: shapes = crossProduct([[-0.5, 0.6], [0.15]])
    }
    var points: [[Double]] = [0.0, 0.1, 0.4].map { [0, 0, $0] }
    if breaks > 2 { points = [[0, 0, 0.1]] }
    var positions: [(point: [Double], next: Int)] = points.map { ($0, 0) }
    for _ in 0..<breaks {
      positions = positions.flatMap { partial in
        (partial.next..<max(slots, partial.next)).flatMap { slot in
          shapes.map { (partial.point + [grid[slot]] + $0, slot + 1) }
        }
      }
    }
    return solvingAmplitudes(in: positions.map(\.point), for: observations)
  }

  /// a + b·x^(−c0)·Π (1 + (x/d)^(1/f))^(−c·f).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let logX = x.log(0)
    var exponent = -p[2] * logX
    for index in 0..<breaks {
      let first = 3 + 3 * index
      let reach = (logX - log(p[first])) / p[first + 2]
      exponent = exponent - p[first + 1] * p[first + 2] * Self.logOnePlusExp(reach)
    }
    return p[0] + p[1] * exp(exponent)
  }

  /// ln(1 + e^x) without overflow.
  @inline(__always)
  private static func logOnePlusExp<let K: Int>(_ x: Dual<K>) -> Dual<K> {
    let zero = Dual<K>(number: 0)
    let size = maximum(x, -x)
    return maximum(x, zero) + log(exp(-size) + 1)
  }
}
