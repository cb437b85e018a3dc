/// What is wrong with a study file: where, what was found and what was expected.
public struct StudyFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public var file: String
  /// The line, from one; nil where the whole file is meant.
  public var line: Int?
  /// The column, from one.
  public var column: Int?
  /// What was found and what was expected.
  public var problem: String

  /// An error at a place, or of the whole file.
  public init(file: String, line: Int? = nil, column: Int? = nil, _ problem: String) {
    self.file = file
    self.line = line
    self.column = column
    self.problem = problem
  }

  /// One sentence: `study.yaml:12:3: …`.
  public var description: String {
    let place = [file, line.map(String.init), column.map(String.init)].compactMap { $0 }
    return "\(place.joined(separator: ":")): \(problem)"
  }
}
