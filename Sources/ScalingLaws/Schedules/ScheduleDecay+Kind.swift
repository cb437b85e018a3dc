extension ScheduleDecay {
  /// The decay that a table's column `kind` names; nil for a schedule without one.
  ///
  /// - Throws: ``UnknownKind``.
  public static func named(_ kind: String) throws(UnknownKind) -> ScheduleDecay? {
    let name = kind.lowercased()
    if name == "constant" { return nil }
    guard let decay = ScheduleDecay(rawValue: name == "wsd" ? "linear" : name) else {
      throw UnknownKind(name: kind)
    }
    return decay
  }

  /// A kind of schedule that is no ``ScheduleDecay``, `wsd` or `constant`.
  public struct UnknownKind: Error, Sendable, Hashable {
    /// As it was given.
    public let name: String
  }
}
