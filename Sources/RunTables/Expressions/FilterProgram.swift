import Foundation

/// A parsed condition as a program for a stack machine whose values are vectors.
///
/// A stack and not a tree, so that neither evaluation nor release of a long condition recurses.
struct FilterProgram: Sendable {
  enum Operation: Sendable {
    case constant(Double)
    case column(String)
    case textEquals(column: String, text: String, negated: Bool)
    case columnsEqual(String, String, negated: Bool)
    case negate, not
    case isMissing(negated: Bool)
    case add, subtract, multiply, divide, remainder, power
    case minimum, maximum
    case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual
    case and, or
    case function(Function)

    static func extreme(_ name: String) -> Operation? {
      switch name {
      case "min": .minimum
      case "max": .maximum
      default: nil
      }
    }
  }

  enum Function: String, Sendable, CaseIterable {
    case log, ln, log10, log2, exp, sqrt, abs, floor, ceil, round
  }

  var operations: [Operation] = []

  /// Few enough rows for the vectors to stay in the cache.
  private static let chunk = 1024

  var columnNames: Set<String> {
    var names: Set<String> = []
    for operation in operations {
      switch operation {
      case .column(let name), .textEquals(let name, _, _): names.insert(name)
      case .columnsEqual(let a, let b, _): names.formUnion([a, b])
      default: break
      }
    }
    return names
  }

  func run(on table: RunTable) throws(TableError) -> [Bool] {
    try values(on: table).map { $0 != 0 }
  }

  /// Conditions are 1 and 0.
  func values(on table: RunTable) throws(TableError) -> [Double] {
    var numbers: [String: [Double]] = [:]
    var texts: [String: [String]] = [:]
    for operation in operations {
      switch operation {
      case .column(let name): numbers[name] = try table.numbers(name)
      case .textEquals(let name, _, _): texts[name] = try table.texts(name)
      case .columnsEqual(let a, let b, _):
        texts[a] = try table.texts(a)
        texts[b] = try table.texts(b)
      default: break
      }
    }
    var results: [Double] = []
    results.reserveCapacity(table.rowCount)
    var stack: [[Double]] = []
    for start in stride(from: 0, to: table.rowCount, by: Self.chunk) {
      let rows = start..<min(start + Self.chunk, table.rowCount)
      stack.removeAll(keepingCapacity: true)
      for operation in operations {
        step(operation, rows, &stack, numbers, texts)
      }
      results += stack[0]
    }
    return results
  }

  private func step(
    _ operation: Operation, _ rows: Range<Int>, _ stack: inout [[Double]],
    _ numbers: [String: [Double]], _ texts: [String: [String]]
  ) {
    switch operation {
    case .constant(let value): stack.append([Double](repeating: value, count: rows.count))
    case .column(let name): stack.append(numbers[name].map { Array($0[rows]) } ?? [])
    case .textEquals(let name, let text, let negated):
      stack.append((texts[name] ?? [])[rows].map { ($0 == text) != negated ? 1 : 0 })
    case .columnsEqual(let a, let b, let negated):
      stack.append(
        zip((texts[a] ?? [])[rows], (texts[b] ?? [])[rows]).map {
          ($0 == $1) != negated ? 1 : 0
        })
    case .negate: unary(&stack) { -$0 }
    case .not: unary(&stack) { $0 == 0 ? 1 : 0 }
    case .isMissing(let negated): unary(&stack) { $0.isNaN != negated ? 1 : 0 }
    case .add: binary(&stack) { $0 + $1 }
    case .subtract: binary(&stack) { $0 - $1 }
    case .multiply: binary(&stack) { $0 * $1 }
    case .divide: binary(&stack) { $0 / $1 }
    case .remainder: binary(&stack) { $0 - $1 * ($0 / $1).rounded(.down) }
    case .power: binary(&stack) { pow($0, $1) }
    // A missing value makes the result missing, unlike the minimum of IEEE 754.
    case .minimum: binary(&stack) { $0.isNaN || $1.isNaN ? .nan : Swift.min($0, $1) }
    case .maximum: binary(&stack) { $0.isNaN || $1.isNaN ? .nan : Swift.max($0, $1) }
    case .less: binary(&stack) { $0 < $1 ? 1 : 0 }
    case .lessOrEqual: binary(&stack) { $0 <= $1 ? 1 : 0 }
    case .greater: binary(&stack) { $0 > $1 ? 1 : 0 }
    case .greaterOrEqual: binary(&stack) { $0 >= $1 ? 1 : 0 }
    case .equal: binary(&stack) { $0 == $1 ? 1 : 0 }
    case .notEqual: binary(&stack) { $0 != $1 ? 1 : 0 }
    case .and: binary(&stack) { $0 != 0 && $1 != 0 ? 1 : 0 }
    case .or: binary(&stack) { $0 != 0 || $1 != 0 ? 1 : 0 }
    case .function(let function):
      switch function {
      case .log, .ln: unary(&stack) { Foundation.log($0) }
      case .log10: unary(&stack) { Foundation.log10($0) }
      case .log2: unary(&stack) { Foundation.log2($0) }
      case .exp: unary(&stack) { Foundation.exp($0) }
      case .sqrt: unary(&stack) { $0.squareRoot() }
      case .abs: unary(&stack) { Swift.abs($0) }
      case .floor: unary(&stack) { $0.rounded(.down) }
      case .ceil: unary(&stack) { $0.rounded(.up) }
      case .round: unary(&stack) { $0.rounded() }
      }
    }
  }

  @inline(__always)
  private func unary(_ stack: inout [[Double]], _ body: (Double) -> Double) {
    let top = stack.count - 1
    for index in stack[top].indices { stack[top][index] = body(stack[top][index]) }
  }

  @inline(__always)
  private func binary(_ stack: inout [[Double]], _ body: (Double, Double) -> Double) {
    guard let right = stack.popLast(), var left = stack.popLast() else { return }
    for index in left.indices { left[index] = body(left[index], right[index]) }
    stack.append(left)
  }
}
