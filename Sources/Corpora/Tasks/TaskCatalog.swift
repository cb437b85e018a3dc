/// The synthetic tasks, by name.
public enum TaskCatalog {
  /// Every task; a new one is listed here, and the shared tests find it.
  public static let all: [any SyntheticTask.Type] = [
    AssociativeRecall.self,
    Needle.self,
    Induction.self,
    Copy.self,
    SelectiveCopy.self,
    Parity.self,
    DelayedMatch.self,
    Addition.self,
    Multiplication.self,
    ChainedArithmetic.self,
    IndirectObject.self,
    ColouredObjects.self,
    FactRecall.self,
    MemoTrap.self,
    MixedDifficulty.self,
    HanoiStep.self,
    StepwiseArithmetic.self,
    StepwiseParity.self,
    Countdown.self,
    DictionarySum.self,
  ]

  /// The names of all tasks, in the catalogue's order.
  public static var names: [String] { all.map { $0.card.name } }

  /// Creates the task with this name and standard knobs, some of them replaced; throws `TaskError`
  /// for an unknown name or knob, or knobs that do not go together.
  public static func task(
    named name: String, _ overrides: [String: Double] = [:]
  ) throws(TaskError) -> any SyntheticTask {
    guard let type = all.first(where: { $0.card.name == name }) else {
      throw .unknownTask(found: name, known: names)
    }
    return try type.init(overrides)
  }
}
