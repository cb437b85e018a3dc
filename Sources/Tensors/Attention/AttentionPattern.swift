/// Which keys a query sees. Queries and keys have positions counted from the first key; the query
/// of row i lies at `offset + i`.
public enum AttentionPattern: Sendable {
  /// Keys at or before the query's position.
  case causal
  /// All keys.
  case full
  /// The last `width` keys up to the query's position, its own included, and besides them the first
  /// `sinks` keys [64].
  case window(width: Int, sinks: Int = 0)
  /// The keys that a list of blocks admits [212].
  case blocks(BlockList)
}
