public import ScalingLaws

/// A table, or a group of its rows, with everything that was learned from it.
public struct FittedTable: Sendable {
  /// The fit.
  public var fit: Fit
  /// How well the law predicts larger runs than it was fitted on.
  public var validation: Validation
  /// What the worst rows do to the parameters; nil where it was not measured.
  public var influence: Influence?
  /// The laws that were compared; nil where one was given.
  public var ranking: LawRanking?
  /// Laws that predict held-out runs about as well, with their weights.
  public var alternatives: [(fit: Fit, weight: Double)] = []
  /// The weight of the fit beside its alternatives.
  public var weight = 1.0
  /// Where the rows are from, such as a file name.
  public var source: String
  /// Remarks on how the rows were read.
  public var notes: [String]
  /// The values of the grouping columns; empty for the whole table.
  public var group: [(column: String, value: String)]
  /// What was learned of a table of mixtures.
  public var domainMixture: MixtureRecord?
  /// The optimum of each cell of a raw sweep.
  public var sweep: SweepRecord?
  /// What is hardly plausible about the table, said before any number.
  public var doubts: [String] = []

  /// A fit with its validation; what else was learned is set afterwards.
  public init(
    fit: Fit, validation: Validation, source: String, notes: [String],
    group: [(column: String, value: String)] = []
  ) {
    self.fit = fit
    self.validation = validation
    self.source = source
    self.notes = notes
    self.group = group
  }

  /// What to call the group; empty for the whole table.
  public var title: String { group.map { "\($0.column)=\($0.value)" }.joined(separator: ", ") }

  /// That of all rows, where the fit shows some of them only.
  var wholeMixture: LawMixture?

  /// The fit and its alternatives as one answer; nil where the fit stands alone.
  public var mixture: LawMixture? {
    wholeMixture ?? LawMixture([(fit, weight)] + alternatives.map { ($0.fit, $0.weight) })
  }
}
