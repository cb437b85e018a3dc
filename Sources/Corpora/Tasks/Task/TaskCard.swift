public import Cards
internal import Quantities

/// What a task is: its name, version, knobs and source.
public struct TaskCard: Card, Hashable {
  /// The name by which the task is called, in lower case with hyphens.
  public let name: String
  /// Rises when examples or their meaning change; results name the version they used.
  public let version: Int
  /// What an example looks like and what must be answered, in one sentence.
  public let summary: String
  /// Where the task comes from, entries of the list of sources in brackets.
  public let source: String
  /// The kinds of answer tokens; a task of one kind has one label.
  public let labels: [String]
  /// The numbers that shape the task.
  public let knobs: [CardOption]

  /// A card; what is left out has the usual value.
  public init(
    name: String, version: Int = 1, summary: String, source: String, labels: [String] = ["answer"],
    knobs: [CardOption]
  ) {
    self.name = name
    self.version = version
    self.summary = summary
    self.source = source
    self.labels = labels
    self.knobs = knobs
  }

  /// The knobs.
  public var options: [CardOption] { knobs }
}
