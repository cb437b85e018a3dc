import Foundation

/// The few lines that stand in a repository for a large file that Git LFS has not fetched.
///
/// A checkout without `git lfs pull` has these lines in place of weights, tokenizers and tables,
/// under their names.
public struct GitLFSPointer: Sendable, Hashable {
  /// The size of the file that it stands for, in bytes; nil where it does not say.
  public let byteCount: Int?

  /// Longer files are none: the specification allows fewer than 1024 bytes.
  private static let longest = 1024

  /// Recognises a pointer of version 1, under its name of today or of 2014, in the whole of a file;
  /// nil for anything else.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count < Self.longest, bytes.starts(with: Array("version https://".utf8)) else {
      return nil
    }
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(whereSeparator: \.isNewline).map { $0.split(separator: " ", maxSplits: 1) }
    let versions = ["https://git-lfs.github.com/spec/v1", "https://hawser.github.com/spec/v1"]
    guard let first = lines.first, first.count == 2, versions.contains(String(first[1])),
      lines.contains(where: { $0[0] == "oid" })
    else { return nil }
    byteCount = lines.first { $0[0] == "size" && $0.count == 2 }.flatMap { Int($0[1]) }
  }

  /// Recognises an ordinary file that is a pointer, of which no more than its beginning is read;
  /// nil for anything else.
  public init?(atPath path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size < Self.longest, let data = FileManager.default.contents(atPath: path)
    else { return nil }
    self.init(data)
  }

  /// What such a file is, to stand after "found".
  public static let found = "a Git LFS pointer"
  /// What mends it, as a clause of its own.
  public static let hint = "`git lfs pull` fetches it"

  /// What was wanted in its place, to stand after "expected".
  public var expected: String {
    let size = byteCount.map { " of \(Self.text($0))" } ?? ""
    return "the file\(size) that it stands for"
  }

  /// What is wrong with such a file and what mends it, to stand after its name.
  public var problem: String { "found \(Self.found), expected \(expected); \(Self.hint)" }

  private static func text(_ count: Int) -> String {
    for (unit, size) in [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)] where Double(count) >= size {
      let tenths = (Double(count) / size * 10).rounded() / 10
      return "\(tenths) \(unit)"
    }
    return "\(count) bytes"
  }
}
