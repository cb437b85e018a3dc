/// A study as the store keeps it.
public struct StudyRecord: Hashable, Sendable, Identifiable {
  /// The name.
  public var id: String
  /// The text of the study file.
  public var file: String
  /// How the study is to be carried out, as JSON.
  public var settings: String
  /// When it was first planned, in seconds since 1970.
  public var created: Double
  /// When it was last planned, in seconds since 1970.
  public var planned: Double
}

/// How far a study is.
public struct StudySummary: Hashable, Sendable, Identifiable {
  /// The name.
  public var id: String
  /// When it was first planned, in seconds since 1970.
  public var created: Double
  /// When it was last planned, in seconds since 1970.
  public var planned: Double
  /// The number of different runs planned.
  public var runs: Int
  /// Those that finished.
  public var finished: Int
  /// Those that diverged.
  public var diverged: Int
  /// Those that failed.
  public var failed: Int
  /// Those that a process which lives is computing.
  public var claimed: Int

  /// Those that nobody has computed or computes.
  public var open: Int { runs - finished - diverged - failed - claimed }
}

/// A result of a study: a verdict, a fit.
public struct StudyDocument: Hashable, Sendable, Identifiable {
  /// The name within its study.
  public var id: String
  /// The result as JSON.
  public var json: String
  /// When it was saved, in seconds since 1970.
  public var saved: Double
}
