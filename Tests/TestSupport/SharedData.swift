public import Foundation

/// Published tables of real runs that lie beside the package, in `../shared/data`.
///
/// They are read at run time and never copied into the repository; a test that needs one is
/// enabled only where they are present.
public enum SharedData {
  /// The folder; nil in a plain checkout.
  public static let folder: URL? = {
    let data = PackageRoot.folder.deletingLastPathComponent().appending(path: "shared/data")
    return FileManager.default.fileExists(atPath: data.path) ? data : nil
  }()

  /// Whether the tables are there, for `.enabled(if:)`.
  public static var isPresent: Bool { folder != nil }

  /// The path of a file below `shared/data`.
  ///
  /// - Throws: ``Absent`` in a plain checkout.
  public static func path(_ file: String) throws -> String {
    guard let folder else { throw Absent() }
    return folder.appending(path: file).path
  }

  /// A test that reads the tables runs without them.
  public struct Absent: Error {}

  /// The columns of a comma-separated table below `shared/data`, such as `routed-moe/runs.csv`, by
  /// name, as text; nil if it cannot be read.
  public static func table(_ path: String) -> [String: [String]]? {
    guard let folder,
      let text = try? String(contentsOf: folder.appending(path: path), encoding: .utf8)
    else { return nil }
    let rows = records(text)
    guard let header = rows.first else { return nil }
    var columns: [String: [String]] = [:]
    for (index, name) in header.enumerated() {
      columns[name] = rows.dropFirst().map { index < $0.count ? $0[index] : "" }
    }
    return columns
  }

  /// The numbers of a column; NaN where a cell is not a number.
  public static func numbers(_ column: [String]?) -> [Double] {
    (column ?? []).map { Double($0) ?? .nan }
  }

  /// Splits comma-separated text with quoted cells; empty lines are dropped.
  public static func records(_ text: String) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var cell: [UInt8] = []
    var quoted = false
    func endCell() {
      row.append(String(decoding: cell, as: UTF8.self))
      cell = []
    }
    func endRow() {
      endCell()
      if row != [""] { rows.append(row) }
      row = []
    }
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\"") where quoted && index + 1 < bytes.count && bytes[index + 1] == byte:
        cell.append(byte)
        index += 1
      case UInt8(ascii: "\""): quoted.toggle()
      case UInt8(ascii: ",") where !quoted: endCell()
      case UInt8(ascii: "\n") where !quoted: endRow()
      case UInt8(ascii: "\r") where !quoted: break
      default: cell.append(byte)
      }
      index += 1
    }
    if !cell.isEmpty || !row.isEmpty { endRow() }
    return rows
  }
}
