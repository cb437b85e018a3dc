extension Terminal {
  /// What is said before any number: which columns were taken for what, how commas in numbers were
  /// read, what is hardly plausible, and further remarks; an empty line ends it.
  public func opening(notes: [String], doubts: [String], remarks: [String] = []) -> String {
    let lines =
      Self.columns(notes) + Self.readings(notes).map { "Note: \($0)" } + remarks
      + doubts.map { "Check: \($0)" }
    var seen: Set<String> = []
    let unique = lines.filter { seen.insert($0).inserted }
    return unique.isEmpty
      ? "" : unique.map { wrap($0) + "\n" }.joined() + "\n"
  }

  /// Notes for a person, without those of ``opening(notes:doubts:remarks:)``.
  public static func remarks(_ notes: [String]) -> [String] {
    notes.filter { !isRenaming($0) && !isReading($0) }.map { "Note: \($0)" }
  }

  private static func isRenaming(_ note: String) -> Bool {
    note.hasPrefix("column ") && note.contains(" read as ")
  }

  private static func isReading(_ note: String) -> Bool {
    note.hasPrefix("column ") && !note.contains(" read as ")
  }

  private static func columns(_ notes: [String]) -> [String] {
    var renamed: [String] = []
    for note in notes.filter(isRenaming).map({ String($0.dropFirst("column ".count)) })
    where !renamed.contains(note) {
      renamed.append(note)
    }
    return renamed.isEmpty ? [] : ["Columns: \(renamed.joined(separator: ", "))."]
  }

  private static func readings(_ notes: [String]) -> [String] { notes.filter(isReading) }
}
