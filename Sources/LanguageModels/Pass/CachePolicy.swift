/// Which keys and values decoding keeps.
public enum CachePolicy: Codable, Hashable, Sendable {
  /// All of them.
  case full
  /// Those of the first `sinks` tokens and of the last `width`, so that the cache stops growing.
  ///
  /// Keys carry their own rotation, so that the order of slots does not matter to attention; a
  /// model whose scores depend on distances between slots (ALiBi) cannot be decoded with it.
  case window(width: Int, sinks: Int)

  /// The number of slots for sequences of this length.
  public func capacity(length: Int) -> Int {
    switch self {
    case .full: length
    case .window(let width, let sinks): min(length, width + sinks)
    }
  }

  /// The slot that the token at a position goes to. Positions count from zero.
  public func slot(position: Int) -> Int {
    switch self {
    case .full: position
    case .window(let width, let sinks):
      position < sinks ? position : sinks + (position - sinks) % width
    }
  }

  /// Bytes of keys and values of one sequence in one layer.
  public func bytes(length: Int, width: Int, bytesPerNumber: Int = 4) -> Int {
    capacity(length: length) * width * bytesPerNumber
  }
}
