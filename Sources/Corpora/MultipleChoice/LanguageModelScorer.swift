public import LanguageModels
public import Tensors

/// A language model as a scorer of completions.
///
/// Each request is one pass over its prompt and completion. Where both are longer than the model's
/// context, the oldest tokens of the prompt are left out.
public final class LanguageModelScorer<Element: TensorElement>: SequenceScorer {
  /// The model.
  public let model: LanguageModel<Element>
  /// What stands before a completion without a prompt, such as the end of text; nil makes such
  /// requests an error.
  public let startToken: Int32?

  private let pool: ThreadPool
  /// Recordings by length: a power of two, or the context.
  private var passes: [Int: Recorded] = [:]

  private struct Recorded {
    var pass: ForwardPass<Element>
    var targets: IndexTensor
    var crossEntropy: Tensor<Element>
  }

  /// A scorer.
  public init(_ model: LanguageModel<Element>, startToken: Int32? = nil, pool: ThreadPool) {
    self.model = model
    self.startToken = startToken
    self.pool = pool
  }

  /// Log-likelihoods in nats; throws `MultipleChoiceError` for a completion that is empty, has no
  /// prompt, does not fit into the model's context or has tokens outside its vocabulary. The item
  /// is the request.
  public func logLikelihoods(of requests: [ScoringRequest]) throws -> [Double] {
    try requests.enumerated().map { index, request in try logLikelihood(of: request, index) }
  }

  private func logLikelihood(of request: ScoringRequest, _ index: Int) throws -> Double {
    let prompt = request.prompt.isEmpty ? startToken.map { [$0] } ?? [] : request.prompt
    let context = model.configuration.contextLength
    let completion = request.completion
    func problem(_ text: String) -> MultipleChoiceError { .item(index: index, problem: text) }
    guard !completion.isEmpty else { throw problem("the completion has no tokens") }
    guard !prompt.isEmpty else {
      throw problem("the prompt is empty, and the model has no token to start with")
    }
    guard completion.count <= context else {
      throw problem(
        "the completion has \(completion.count) tokens, more than the model's context of \(context)"
      )
    }
    let all = prompt + completion
    let vocabulary = model.configuration.vocabularyCount
    guard all.allSatisfy({ $0 >= 0 && Int($0) < vocabulary }) else {
      throw problem("a token lies outside the model's vocabulary of \(vocabulary)")
    }
    // The last token is only predicted.
    let inputs = all.dropLast().suffix(context)
    let recorded = recorded(length: inputs.count)
    recorded.pass.tokens.buffer.update(repeating: 0)
    recorded.targets.buffer.update(repeating: -1)
    // A causal model does not see what pads the end.
    for (place, token) in inputs.enumerated() { recorded.pass.tokens.values[place] = token }
    for (place, token) in completion.enumerated() {
      recorded.targets.values[inputs.count - completion.count + place] = token
    }
    recorded.pass.tape.replay()
    return -Double(recorded.crossEntropy.values.pointee) * Double(completion.count)
  }

  private func recorded(length: Int) -> Recorded {
    var padded = 16
    while padded < length { padded *= 2 }
    padded = min(padded, model.configuration.contextLength)
    if let recorded = passes[padded] { return recorded }
    let tape = Tape<Element>(pool: pool, isDifferentiable: false)
    let pass = ForwardPass(tape: tape, batch: 1, length: padded)
    let targets = tape.indices([padded])
    let loss = model.loss(pass, targets: targets)
    let recorded = Recorded(
      pass: pass, targets: targets, crossEntropy: pass.crossEntropy ?? loss)
    passes[padded] = recorded
    return recorded
  }
}
