/// Which of the rows that claim to be the same attempt counts; the raw value is the option's word.
public enum RepeatedAttempts: String, Sendable, CaseIterable {
  /// The one that stands first in the file.
  case first
  /// The one that stands last in the file, as a resumed job wrote it.
  case last
}
