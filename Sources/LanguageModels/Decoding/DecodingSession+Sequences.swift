// Cutting sequences back, and going on from what others hold.
extension DecodingSession {
  /// Whether the last tokens can be taken back; see ``DecodingCache/canRewind``.
  public var canRewind: Bool { cache.canRewind }

  /// Forgets what came after the first tokens of every sequence.
  ///
  /// - Parameter length: how many tokens to keep, up to ``length``.
  /// - Throws: ``ConfigurationError`` for models with recurrent states and for caches that have
  ///   dropped keys, unless all tokens or none are kept.
  public func rewind(to length: Int) throws(ConfigurationError) { try cache.rewind(to: length) }

  /// Lets each sequence go on from what another one holds.
  ///
  /// - Parameter parents: for each sequence, the one that it goes on from.
  public func reorder(parents: [Int]) { cache.copySequences(parents, from: cache) }

  /// Lets each sequence go on from what a sequence of another session holds.
  ///
  /// - Parameters:
  ///   - other: a session of the same model with the same policy and no more tokens than fit here.
  ///   - parents: for each sequence of this session, the one of the other that it goes on from.
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
