public import LanguageModels

/// What a run costs: the axes on which treatments are compared.
public struct RunCosts: Hashable, Sendable, Codable {
  /// Parameters, all of them.
  public var parameters: Int
  /// Parameters that one token passes through.
  public var activeParameters: Int
  /// Parameters of embeddings, among all of them.
  public var embeddingParameters: Int
  /// Arithmetic of matrix products in a forward pass, for each token; a multiply-add is two.
  public var forwardOperationsPerToken: Double
  /// The same for a step of training, averaged over the run.
  public var trainingOperationsPerToken: Double
  /// Bytes that decoding keeps of one sequence of the run's length.
  public var stateBytes: Int

  /// The costs of a model as its configuration says.
  public init(_ model: ModelConfiguration, length: Int) {
    let costs = ModelCosts(model)
    parameters = costs.parameterCount
    activeParameters = costs.activeParameterCount
    embeddingParameters = costs.embeddingParameterCount
    forwardOperationsPerToken = costs.forwardOperations(length: length) / Double(length)
    trainingOperationsPerToken = costs.trainingOperationsPerToken(length: length)
    stateBytes = costs.stateBytes(length: length)
  }

  /// Adds parameters that every token passes through.
  public mutating func add(parameters count: Int) {
    parameters += count
    activeParameters += count
  }

  /// Adds arithmetic to the forward pass, and three times as much to training.
  public mutating func add(operationsPerToken count: Double) {
    forwardOperationsPerToken += count
    trainingOperationsPerToken += 3 * count
  }

  /// Parameters without embeddings, all of them.
  public var nonEmbeddingParameters: Int { parameters - embeddingParameters }
}
