/// One thing that keeps a study from being planned or run, said in one sentence.
public struct StudyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of mistake it is, named after the exit codes of `sysexits.h`.
  public enum Code: Int32, Hashable, Sendable {
    /// The study asks for what cannot be done: 65.
    case badStudy = 65
    /// A run failed in a way that is nobody's mistake: 70.
    case internalError = 70
    /// Reading or writing failed: 74.
    case inputOutput = 74
  }

  /// The kind of mistake; its raw value is the exit status.
  public var code: Code
  /// What was found and what was expected.
  public var message: String

  /// An error, said in one sentence.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The sentence.
  public var description: String { message }
}
