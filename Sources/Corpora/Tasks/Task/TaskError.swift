public import Cards

/// What can be wrong with the knobs of a task.
public enum TaskError: Error, Hashable, CustomStringConvertible {
  /// No task has this name.
  case unknownTask(found: String, known: [String])
  /// The task has no such knob, or it cannot have that value.
  case knob(OptionError)
  /// Knobs that do not go together.
  case incompatible(task: String, problem: String)

  /// One sentence that says what was found and what was expected.
  public var description: String {
    switch self {
    case .unknownTask(let found, let known):
      "no task is called \(found); the tasks are \(known.joined(separator: ", "))"
    case .knob(let error): "task \(error.sentence(calling: "knob"))"
    case .incompatible(let task, let problem): "task \(task): \(problem)"
    }
  }
}

extension SyntheticTask {
  static func require(_ holds: Bool, _ problem: @autoclosure () -> String) throws(TaskError) {
    guard holds else { throw .incompatible(task: card.name, problem: problem()) }
  }
}
