public import Foundation

/// The checkout whose tests run.
public enum PackageRoot {
  /// The folder of `Package.swift`.
  public static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A file or folder of the checkout, such as `Examples/parscale.csv`.
  public static func url(_ path: String) -> URL { folder.appending(path: path) }
}
