public import Corpora

/// Held-out windows of several domains, each told by itself; their mean is that of the natural
/// mixture, however many windows a domain has.
public struct DomainValidation: ValidationBatches {
  /// The windows of each domain, in the order of the domains.
  public let parts: [EvaluationBatches]
  private let domains: [Dataset.Domain]

  /// Shares the recipe's number of batches among the domains evenly, so that a small domain's loss is
  /// as well known as a large one's.
  ///
  /// - Throws: ``TrainingError`` if there are fewer batches than domains, `TextCorpusError` if a
  ///   domain does not fill one.
  public init(_ domains: [Dataset.Domain], recipe: TrainingRecipe) throws {
    guard recipe.validation.batches >= domains.count else {
      throw TrainingError(
        .badSetting, "validation.batches",
        "found \(recipe.validation.batches), expected one for each of \(domains.count) domains")
    }
    var each = recipe
    each.validation.batches = recipe.validation.batches / domains.count
    parts = try domains.map { try Dataset.windows($0.evaluation, each) }
    self.domains = domains
  }

  /// The number of micro-batches of all domains.
  public var count: Int { parts.reduce(0) { $0 + $1.count } }

  /// The share of a batch's domain over the number of that domain's targets.
  public func weight(of batch: Int) -> Double {
    let (part, _) = place(of: batch)
    return domains[part].share / Double(parts[part].targetCount)
  }

  /// The name of a batch's domain.
  public func name(of batch: Int) -> String? { domains[place(of: batch).part].name }

  /// Writes one micro-batch.
  public func write(
    batch: Int, inputs: UnsafeMutableBufferPointer<Int32>,
    targets: UnsafeMutableBufferPointer<Int32>
  ) {
    let (part, index) = place(of: batch)
    parts[part].write(batch: index, inputs: inputs, targets: targets)
  }

  private func place(of batch: Int) -> (part: Int, index: Int) {
    var index = batch
    for (part, batches) in parts.enumerated() {
      if index < batches.count { return (part, index) }
      index -= batches.count
    }
    preconditionFailure("there are \(count) batches, asked for \(batch)")
  }
}
