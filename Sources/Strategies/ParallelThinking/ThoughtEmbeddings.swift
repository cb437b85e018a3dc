public import LanguageModels
public import Tensors

/// Which tag the tokens of a pass belong to, as all layers of a model share it.
public final class ThoughtTags<Element: TensorElement> {
  /// The tag of each sequence of decoding passes, from 0; −1 for none, as in the prompt.
  public var decoding: [Int32] = [] {
    didSet { for entry in entries where entry.isDecoding { fill(entry.index) } }
  }

  private struct Entry {
    weak var pass: ForwardPass<Element>?
    var index: IndexTensor
    var isDecoding: Bool
  }

  private var entries: [Entry] = []

  /// No tags yet.
  public init() {}

  /// The tag of each token of a pass, from 0; −1 for none: `[batch · length]`.
  public func index(for pass: ForwardPass<Element>) -> IndexTensor {
    if let known = entries.first(where: { $0.pass === pass }) { return known.index }
    let index = pass.tape.indices([pass.rows])
    index.buffer.update(repeating: -1)
    entries.removeAll { $0.pass == nil }
    let entry = Entry(pass: pass, index: index, isDecoding: pass.cache != nil)
    entries.append(entry)
    if entry.isDecoding { fill(index) }
    return index
  }

  private func fill(_ index: IndexTensor) {
    guard !decoding.isEmpty else { return }
    let length = index.count / decoding.count
    for place in 0..<index.count { index.values[place] = decoding[place / length] }
  }
}

/// Learned vectors T_j that are added to the keys, before their positions, and to the values of path
/// j's tokens, so that the summary can tell paths apart that share their positions [61].
public final class ThoughtEmbeddings<Element: TensorElement>: ProjectionTransform {
  /// One row a tag, `[tags, 2·Hkv·d]`: of keys, then of values.
  public let table: Tensor<Element>

  private let tags: ThoughtTags<Element>
  private let queryWidth: Int

  /// Declares the vectors of a layer, one a tag, started with a standard deviation.
  public init(
    _ name: String, _ attention: AttentionConfiguration, count: Int, deviation: Double,
    tags: ThoughtTags<Element>, in parameters: ParameterSet<Element>
  ) {
    self.tags = tags
    queryWidth = attention.headCount * attention.headWidth
    table = parameters.declare(
      "\(name).thoughts", [count, 2 * attention.keyValueHeadCount * attention.headWidth],
      role: .embedding, startingAs: .normal(standardDeviation: deviation))
  }

  /// Adds the vectors.
  public func record(
    _ projected: Tensor<Element>, input: Tensor<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    let own = tape.embedding(table, tags.index(for: pass))
    let none = tape.input([pass.rows, queryWidth])
    return tape.add(projected, tape.concatenateColumns([none, own]))
  }
}
