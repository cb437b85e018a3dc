/// What decoding keeps of a sequence for one mixer.
public enum MixerState: Hashable, Sendable {
  /// Keys and values of `keyWidth` and `valueWidth` numbers a token.
  case keysAndValues(keyWidth: Int, valueWidth: Int)
  /// A state of so many numbers, however long the sequence.
  case constant(count: Int)
}
