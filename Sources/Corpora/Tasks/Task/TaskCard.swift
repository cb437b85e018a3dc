internal import Quantities

/// What a task is: its name, version, knobs and source.
public struct TaskCard: Sendable, Hashable {
  /// The name by which the task is called, in lower case with hyphens.
  public let name: String
  /// Rises when examples or their meaning change; results name the version they used.
  public let version: Int
  /// One sentence that says what an example looks like and what must be answered.
  public let summary: String
  /// Where the task comes from, catalogue numbers in brackets.
  public let source: String
  /// The kinds of answer tokens; a task of one kind has one label.
  public let labels: [String]
  /// The knobs.
  public let knobs: [TaskKnob]

  /// Creates a card.
  public init(
    name: String, version: Int = 1, summary: String, source: String, labels: [String] = ["answer"],
    knobs: [TaskKnob]
  ) {
    self.name = name
    self.version = version
    self.summary = summary
    self.source = source
    self.labels = labels
    self.knobs = knobs
  }
}

/// One number that shapes a task.
public struct TaskKnob: Sendable, Hashable {
  /// Which way a knob makes a task harder.
  public enum Direction: String, Sendable, Hashable {
    /// Larger values are harder.
    case up
    /// Smaller values are harder.
    case down
    /// The knob selects or shapes, without an order of difficulty.
    case neither
  }

  /// The name.
  public let name: String
  /// The value unless another is given.
  public let standard: Double
  /// The allowed values.
  public let range: ClosedRange<Double>
  /// Whether only whole numbers make sense.
  public let isWhole: Bool
  /// What the number means.
  public let meaning: String
  /// Which way it makes the task harder.
  public let harder: Direction

  /// Creates a knob that takes whole numbers.
  public static func whole(
    _ name: String, _ standard: Int, _ range: ClosedRange<Int>, harder: Direction, _ meaning: String
  ) -> TaskKnob {
    TaskKnob(
      name: name, standard: Double(standard),
      range: Double(range.lowerBound)...Double(range.upperBound), isWhole: true, meaning: meaning,
      harder: harder)
  }

  /// Creates a knob that takes any number of its range.
  public static func real(
    _ name: String, _ standard: Double, _ range: ClosedRange<Double>, harder: Direction,
    _ meaning: String
  ) -> TaskKnob {
    TaskKnob(
      name: name, standard: standard, range: range, isWhole: false, meaning: meaning,
      harder: harder)
  }
}

/// A value for each knob of a task, checked against the card.
public struct KnobValues: Sendable, Hashable {
  /// The values by name; every knob of the card is present.
  public let values: [String: Double]

  /// Takes the card's standard values where no other is given.
  ///
  /// - Throws: `TaskError` for a knob that the card does not have, a value outside the range, or a
  ///   fraction where a whole number is needed.
  public init(card: TaskCard, overrides: [String: Double] = [:]) throws(TaskError) {
    var values: [String: Double] = [:]
    for knob in card.knobs {
      let value = overrides[knob.name] ?? knob.standard
      guard knob.range.contains(value) else {
        throw .outOfRange(task: card.name, knob: knob.name, found: value, range: knob.range)
      }
      guard !knob.isWhole || value == value.rounded() else {
        throw .notWhole(task: card.name, knob: knob.name, found: value)
      }
      values[knob.name] = value
    }
    if let unknown = overrides.keys.sorted().first(where: { values[$0] == nil }) {
      throw .unknownKnob(task: card.name, found: unknown, known: card.knobs.map(\.name))
    }
    self.values = values
  }

  /// The value of a knob that the card has.
  public subscript(_ name: String) -> Double {
    guard let value = values[name] else { preconditionFailure("no knob is called \(name)") }
    return value
  }

  /// The value of a knob that takes whole numbers.
  public func whole(_ name: String) -> Int { Int(saturating: self[name]) }
}

/// What can be wrong with the knobs of a task.
public enum TaskError: Error, Hashable, CustomStringConvertible {
  /// No task has this name.
  case unknownTask(found: String, known: [String])
  /// The task has no such knob.
  case unknownKnob(task: String, found: String, known: [String])
  /// A value outside the knob's range.
  case outOfRange(task: String, knob: String, found: Double, range: ClosedRange<Double>)
  /// A fraction for a knob that takes whole numbers.
  case notWhole(task: String, knob: String, found: Double)
  /// Knobs that do not go together.
  case incompatible(task: String, problem: String)

  /// One sentence that says what was found and what was expected.
  public var description: String {
    switch self {
    case .unknownTask(let found, let known):
      "no task is called \(found); the tasks are \(known.joined(separator: ", "))"
    case .unknownKnob(let task, let found, let known):
      "task \(task) has no knob \(found); its knobs are \(known.joined(separator: ", "))"
    case .outOfRange(let task, let knob, let found, let range):
      "task \(task): \(knob) is \(found); expected "
        + "\(range.lowerBound) to \(range.upperBound)"
    case .notWhole(let task, let knob, let found):
      "task \(task): \(knob) is \(found); expected a whole number"
    case .incompatible(let task, let problem):
      "task \(task): \(problem)"
    }
  }
}
