import Foundation
import Reports
import Testing

@Suite struct MarchingSquaresTests {
  private let axis = (0...80).map { -2 + Double($0) * 0.05 }

  @Test(arguments: [0.3, 0.77, 1.0, 1.6])
  func circle(radius: Double) throws {
    let values = axis.map { y in axis.map { x in x * x + y * y } }
    let lines = MarchingSquares.isolines(
      xs: axis, ys: axis, values: values, level: radius * radius)
    let line = try #require(lines.first)
    #expect(lines.count == 1)
    #expect(line.first == line.last, "a circle is closed")
    // Linear interpolation of r² over a cell of width h is off by at most h²/(8r) in r.
    let bound = 0.05 * 0.05 / (4 * radius)
    for point in line {
      let distance = (point.x * point.x + point.y * point.y).squareRoot()
      #expect(abs(distance - radius) < bound)
    }
    let length = zip(line, line.dropFirst()).reduce(0) {
      $0 + hypot($1.0.x - $1.1.x, $1.0.y - $1.1.y)
    }
    #expect(abs(length / (2 * .pi * radius) - 1) < 0.01)
  }

  @Test func planeIsExact() throws {
    let values = axis.map { y in axis.map { x in 3 * x + y } }
    let lines = MarchingSquares.isolines(xs: axis, ys: axis, values: values, level: 0.7)
    #expect(lines.count == 1)
    for point in lines.joined() { #expect(abs(3 * point.x + point.y - 0.7) < 1e-12) }
  }

  @Test func twoHillsGiveTwoLines() {
    let values = axis.map { y in
      axis.map { x in
        exp(-8 * ((x - 1) * (x - 1) + y * y)) + exp(-8 * ((x + 1) * (x + 1) + y * y))
      }
    }
    let lines = MarchingSquares.isolines(xs: axis, ys: axis, values: values, level: 0.5)
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.first == $0.last })
  }

  /// The centre of a saddle decides which corners are joined; both halves are drawn.
  @Test(arguments: [(0.4, 2), (0.6, 2)])
  func saddle(level: Double, count: Int) {
    let lines = MarchingSquares.isolines(
      xs: [0, 1], ys: [0, 1], values: [[1, 0], [0, 1]], level: level)
    #expect(lines.count == count)
    // Below the mean of 0.5 the high corners are joined: lines cut off the low corners.
    let corner = level < 0.5 ? (1.0, 0.0) : (0.0, 0.0)
    let near = lines.contains { line in
      line.allSatisfy { abs($0.x - corner.0) + abs($0.y - corner.1) < 0.5 }
    }
    #expect(near, "\(lines)")
  }

  @Test func holesAreLeftOut() {
    var values = axis.map { _ in axis }
    for row in values.indices { values[row][40] = .nan }
    #expect(MarchingSquares.isolines(xs: axis, ys: axis, values: values, level: 0.01).isEmpty)
    #expect(!MarchingSquares.isolines(xs: axis, ys: axis, values: values, level: 0.21).isEmpty)
    #expect(MarchingSquares.isolines(xs: [], ys: [], values: [], level: 0).isEmpty)
  }
}
