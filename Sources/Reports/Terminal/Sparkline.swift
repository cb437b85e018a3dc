internal import Quantities

/// A curve in one line of a terminal.
public enum Sparkline {
  /// Values as blocks of eight heights; a value that is not finite is a space, and curves longer
  /// than the width are averaged in groups.
  public static func render(_ values: [Double], width: Int = 40) -> String {
    let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    let cells = grouped(values, width)
    let finite = cells.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else {
      return String(repeating: " ", count: cells.count)
    }
    return String(
      cells.map { value -> Character in
        guard value.isFinite else { return " " }
        // A curve without change stays at half height.
        return high > low
          ? blocks[Int(saturating: ((value - low) / (high - low) * 7).rounded())] : blocks[3]
      })
  }

  private static func grouped(_ values: [Double], _ width: Int) -> [Double] {
    guard width > 0, values.count > width else { return values }
    return (0..<width).map { cell in
      let range = (cell * values.count / width)..<((cell + 1) * values.count / width)
      let finite = values[range].filter(\.isFinite)
      return finite.isEmpty ? .nan : finite.reduce(0, +) / Double(finite.count)
    }
  }
}
