public import Cards

/// What is wrong with a treatment's options, or why it does not fit a model, recipe or data.
public struct TreatmentError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The treatment's name.
  public var treatment: String
  /// The option that is wrong; nil where no single one is.
  public var option: String?
  /// What is wrong: what was found and what was expected.
  public var problem: String

  /// What is wrong with a treatment, or with one of its options.
  public init(_ treatment: String, option: String? = nil, _ problem: String) {
    self.treatment = treatment
    self.option = option
    self.problem = problem
  }

  /// What is wrong with an option that was given.
  public init(_ error: OptionError) {
    self.init(error.card, option: error.option, error.detail)
  }

  /// One sentence.
  public var description: String {
    option.map { "\(treatment), option \($0): \(problem)" } ?? "\(treatment): \(problem)"
  }
}
