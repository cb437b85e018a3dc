import Foundation

/// The published curves of repeated sampling that lie beside the package, in
/// `../shared/data/repeated-sampling`; read at run time, never copied.
enum RepeatedSamplingData {
  static let folder: URL? = {
    var directory = URL(filePath: #filePath).resolvingSymlinksInPath()
    while directory.pathComponents.count > 1 {
      directory.deleteLastPathComponent()
      let manifest = directory.appending(path: "Package.swift")
      guard FileManager.default.fileExists(atPath: manifest.path) else { continue }
      let data = directory.deletingLastPathComponent()
        .appending(path: "shared/data/repeated-sampling")
      return FileManager.default.fileExists(atPath: data.path) ? data : nil
    }
    return nil
  }()

  static var isPresent: Bool { folder != nil }

  /// The rows of a file without its header, cut at commas.
  static func rows(_ file: String) -> [[String]] {
    guard let folder,
      let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8)
    else { return [] }
    return text.split(whereSeparator: \.isNewline).dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
    }
  }

  /// The numbers of samples and the success rates of a series.
  static func series(_ name: String) -> (k: [Double], success: [Double]) {
    let rows = rows("coverage_vs_samples.csv").filter { $0[0] == name }
    return (rows.compactMap { Double($0[2]) }, rows.compactMap { Double($0[3]) })
  }
}
