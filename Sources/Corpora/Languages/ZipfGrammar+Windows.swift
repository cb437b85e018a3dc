internal import Foundation
public import Statistics

extension ZipfGrammar {
  /// Writes a separator and then sentences, each ended by a separator; the last may be cut.
  public func writeWindow(
    _ random: SplittableRandom, into tokens: UnsafeMutableBufferPointer<Int32>
  ) {
    guard tokens.count > 0 else { return }
    var random = random
    var stack: [Int] = []
    tokens[0] = Self.separator
    stack.append(start)
    for index in 1..<max(tokens.count, 1) {
      guard let top = stack.popLast() else {
        tokens[index] = Self.separator
        stack.append(start)
        continue
      }
      let symbol = symbols[top]
      let rule = symbol.rules[symbol.choice.draw(&random)]
      tokens[index] = rule.head
      stack.append(contentsOf: rule.children.reversed())
    }
  }

  /// The ideal predictor's loss at each target, in nats, of a window that starts with a separator.
  public func logLosses(of window: Span<Int32>) -> [Double] {
    guard window.count > 1 else { return [] }
    precondition(window[0] == Self.separator, "a window of a grammar starts with a separator")
    var losses: [Double] = []
    losses.reserveCapacity(window.count - 1)
    var stack = [start]
    for index in 1..<window.count {
      guard losses.last.map(\.isFinite) ?? true else {
        losses.append(.nan)
        continue
      }
      let token = window[index]
      guard let top = stack.popLast() else {
        losses.append(token == Self.separator ? 0 : .infinity)
        stack.append(start)
        continue
      }
      let symbol = symbols[top]
      guard let rule = symbol.ruleOfHead[token] else {
        losses.append(.infinity)
        continue
      }
      losses.append(-log(symbol.choice.probabilities[rule]))
      stack.append(contentsOf: symbol.rules[rule].children.reversed())
    }
    return losses
  }

  /// The number of ancestors of each target in its sentence's tree, −1 for separators: losses
  /// broken down by depth show which part of the hierarchy a model has learnt.
  public func depths(of window: Span<Int32>) -> [Int] {
    (1..<max(window.count, 1)).map { index in
      let token = Int(window[index])
      return token == 0
        ? -1 : settings.levels - 1 - (token - 1) / settings.terminalsPerLevel
    }
  }
}
