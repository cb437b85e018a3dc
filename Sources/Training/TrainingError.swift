/// Why a run cannot start or continue, in one sentence.
public struct TrainingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of mistake it is, named after the exit codes of `sysexits.h`.
  public enum Code: Int32, Sendable, Hashable, CaseIterable {
    /// A file of a run was read and its content is wrong: 65.
    case badData = 65
    /// Reading or writing failed: 74.
    case inputOutput = 74
    /// A setting is unknown, impossible, or not the one that a run began with: 78.
    case badSetting = 78
  }

  /// The kind of mistake; its raw value is the exit status.
  public var code: Code
  /// The key of the recipe, or the file, that is to blame; dotted from the outside inwards.
  public var place: String?
  /// What was found and what was expected.
  public var message: String

  /// `place` is the key or file to blame.
  public init(_ code: Code, _ place: String? = nil, _ message: String) {
    self.code = code
    self.place = place
    self.message = message
  }

  /// The whole error as one sentence.
  public var description: String {
    guard let place else { return message }
    return "\(place): \(message)"
  }
}
