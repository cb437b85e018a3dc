internal import Foundation
internal import Reports
internal import Studies

/// The paired regression of a verdict as a curve.
///
/// A verdict holds its values at the rungs and at the target only, but ln m is linear in ln scale
/// and the square of the half-width of its interval quadratic, so that three places give them all.
struct MultiplierTrend {
  /// The curve from the smallest run to the target, or to the largest run where the forecast is
  /// refused; empty with fewer than two places.
  let points: [StudyReading.CurvePoint]

  /// The number of places of the curve.
  static let count = 49

  init(_ axis: AxisVerdict) {
    let worths = (axis.fitted + [axis.forecast].compactMap(\.self)).filter { $0.scale > 0 }
    let known = worths.compactMap { worth in
      worth.multiplier.value.map { (x: log(worth.scale), y: log($0), estimate: worth.multiplier) }
    }
    guard let left = known.map(\.x).min(), let right = known.map(\.x).max(), left < right else {
      points = []
      return
    }
    // Polynomials about the middle: scales are large numbers and their squares larger.
    let middle = (left + right) / 2
    let line = Self.polynomial(1, known.map { ($0.x - middle, $0.y) })
    let widths = known.compactMap { place -> (Double, Double)? in
      guard let low = place.estimate.low, let high = place.estimate.high, low > 0 else {
        return nil
      }
      let half = log(high / low) / 2
      return (place.x - middle, half * half)
    }
    let square = Set(widths.map(\.0)).count > 2 ? Self.polynomial(2, widths) : nil
    points = (0..<Self.count).map { index in
      let x = left + (right - left) * Double(index) / Double(Self.count - 1)
      let value = Self.value(line ?? [], x - middle)
      let half = square.map { max(Self.value($0, x - middle), 0).squareRoot() } ?? .nan
      return StudyReading.CurvePoint(
        scale: exp(x),
        estimate: .init(exp(value), low: exp(value - half), high: exp(value + half)))
    }
  }

  private static func value(_ coefficients: [Double], _ x: Double) -> Double {
    coefficients.reversed().reduce(0) { $0 * x + $1 }
  }

  /// Coefficients of the least-squares polynomial, constant first; nil where places are too few.
  private static func polynomial(_ degree: Int, _ points: [(Double, Double)]) -> [Double]? {
    let count = degree + 1
    var rows = (0..<count).map { i in
      (0..<count).map { j in points.reduce(0) { $0 + pow($1.0, Double(i + j)) } }
        + [points.reduce(0) { $0 + pow($1.0, Double(i)) * $1.1 }]
    }
    for column in 0..<count {
      guard
        let pivot = (column..<count).max(by: {
          abs(rows[$0][column]) < abs(rows[$1][column])
        }), abs(rows[pivot][column]) > 1e-12
      else { return nil }
      rows.swapAt(column, pivot)
      for other in 0..<count where other != column {
        let factor = rows[other][column] / rows[column][column]
        for slot in column...count { rows[other][slot] -= factor * rows[column][slot] }
      }
    }
    return (0..<count).map { rows[$0][count] / rows[$0][$0] }
  }
}
