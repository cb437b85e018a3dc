/// Weights in the order in which products of few rows read them, for all tapes that share this. The
/// weights must stay as they are as long as one of the tapes is used.
public final class PackedWeights<Element: TensorElement> {
  private let arena = Arena()
  /// The tensors are kept so that none is freed and its identity used again.
  private var places: [Key: (weight: Tensor<Element>, packed: UnsafePointer<Element>)] = [:]

  private struct Key: Hashable {
    var weight: ObjectIdentifier
    var isTransposed: Bool
  }

  /// Nothing yet.
  public init() {}

  /// Bytes that the packed weights take.
  public var byteCount: Int { arena.bytesUsed }

  /// Where a weight was packed, once it is.
  func place(
    of weight: Tensor<Element>, isTransposed: Bool, pack: (Arena) -> UnsafePointer<Element>
  ) -> UnsafePointer<Element> {
    let key = Key(weight: ObjectIdentifier(weight), isTransposed: isTransposed)
    if let known = places[key] { return known.packed }
    let packed = pack(arena)
    places[key] = (weight, packed)
    return packed
  }
}
