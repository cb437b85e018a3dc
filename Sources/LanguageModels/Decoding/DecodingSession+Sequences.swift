// Rewinding sequences, and continuing those of others.
extension DecodingSession {
  /// Whether the last tokens can be taken back; see ``DecodingCache/canRewind``.
  public var canRewind: Bool { cache.canRewind }

  /// Forgets what came after the first tokens of every sequence. At most ``length`` can be kept.
  ///
  /// - Throws: ``ConfigurationError`` for models with recurrent states and for caches that have
  ///   dropped keys, unless all tokens or none are kept.
  public func rewind(to length: Int) throws(ConfigurationError) { try cache.rewind(to: length) }

  /// Makes each sequence continue from what its parent holds.
  public func reorder(parents: [Int]) { cache.copySequences(parents, from: cache) }

  /// Makes each sequence continue from what its parent in another session holds, of the same model
  /// with the same policy and no more tokens than fit here.
  ///
  /// - Throws: ``ConfigurationError`` if the sessions do not fit together.
  public func fork(
    from other: DecodingSession<Element>, parents: [Int]
  ) throws(ConfigurationError) {
    let slots = cache.policy == .full ? nil : cache.capacity
    let otherSlots = other.cache.policy == .full ? nil : other.cache.capacity
    guard model === other.model, cache.policy == other.cache.policy, slots == otherSlots,
      other.length <= cache.maximumLength
    else {
      throw ConfigurationError(
        "a session of \(cache.maximumLength) tokens cannot go on from one of another model or "
          + "cache, or of \(other.length) tokens")
    }
    cache.copySequences(parents, from: other.cache)
  }
}
