import Foundation

// How checkpoints keep the position of any source.
extension BatchSource {
  func encodedPosition() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    // In an array, because a number alone is not JSON to every reader.
    return String(decoding: try encoder.encode([position]), as: UTF8.self)
  }

  /// Goes to a position that ``encodedPosition()`` wrote.
  func restore(_ text: String) throws {
    guard let positions = try? JSONDecoder().decode([Position].self, from: Data(text.utf8)),
      let position = positions.first
    else {
      throw TrainingError(
        .badData, "state.json", "the position of the data belongs to another kind of source")
    }
    try check(position)
    self.position = position
  }
}
