import LanguageModels
import Tensors

/// One more key for all queries, learned a key head, without a position, and with a learned value or
/// zero [196].
final class LearnedKey<Element: TensorElement>: AttentionSupplement {
  private let key: Tensor<Element>
  private let value: Tensor<Element>?

  init(
    _ name: String, _ configuration: AttentionConfiguration, hasValue: Bool,
    in parameters: ParameterSet<Element>
  ) {
    let width = configuration.keyValueHeadCount * configuration.headWidth
    func row(_ part: String) -> Tensor<Element> {
      parameters.declare(
        "\(name).\(part)", [1, width], role: .vector,
        startingAs: .normal(standardDeviation: 0.02))
    }
    key = row("key")
    value = hasValue ? row("value") : nil
  }

  func record(
    _ attended: AttentionResult<Element>, queries: HeadColumns<Element>,
    _ settings: AttentionSettings<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    // One sequence of one key each.
    let first = tape.indices([pass.batch])
    first.buffer.update(repeating: 0)
    let keys = tape.embedding(key, first)
    let values: Tensor<Element>
    if let value {
      values = tape.embedding(value, first)
    } else {
      values = tape.input(keys.shape)
      values.buffer.update(repeating: 0)
    }
    var own = settings
    own.pattern = .full
    own.offsets = nil
    own.keyEnds = nil
    own.slopes = nil
    let further = tape.attention(
      queries: queries, keys: HeadColumns(keys), values: HeadColumns(values), own)
    return tape.mergeAttention([
      (attended.output, attended.logSumExp), (further.output, further.logSumExp),
    ]).output
  }
}
