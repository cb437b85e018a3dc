import Foundation
import TestSupport

/// The published curves of repeated sampling that lie beside the package, in
/// `../shared/data/repeated-sampling`; read at run time, never copied.
enum RepeatedSamplingData {
  static var isPresent: Bool { SharedData.isPresent }

  /// The rows of a file without its header, cut at commas.
  static func rows(_ file: String) -> [[String]] {
    guard let path = try? SharedData.path("repeated-sampling/\(file)"),
      let text = try? String(contentsOfFile: path, encoding: .utf8)
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
