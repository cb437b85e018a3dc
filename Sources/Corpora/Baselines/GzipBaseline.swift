internal import Foundation

/// What `gzip -9` makes of a text: the rate of a compressor that everybody knows.
///
/// The text is compressed alone. Its training side is not given to gzip, which could not use it:
/// its window is 32 KiB. So this is a baseline without training data, unlike ``ByteNGramModel``.
public enum GzipBaseline {
  /// The number of bytes that `gzip -9` writes for some bytes; throws ``TextCorpusError`` if there
  /// is no `gzip` on the path or it fails.
  public static func compressedByteCount(of bytes: [UInt8]) throws(TextCorpusError) -> Int {
    let source = FileManager.default.temporaryDirectory
      .appendingPathComponent("gzip-baseline-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: source) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // No name and no time in the header.
    process.arguments = ["gzip", "-9", "-n", "-c", source.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    var count = 0
    do {
      try Data(bytes).write(to: source)
      try process.run()
    } catch {
      throw TextCorpusError(
        source: "gzip baseline", problem: "gzip cannot be run (\(error.localizedDescription))")
    }
    while case let part = pipe.fileHandleForReading.availableData, !part.isEmpty {
      count += part.count
    }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw TextCorpusError(
        source: "gzip baseline",
        problem: "gzip ended with status \(process.terminationStatus); is it installed?")
    }
    return count
  }

  /// Bits per byte of some documents, compressed as one text in the order of the corpus; throws
  /// ``TextCorpusError`` if there is no text, no `gzip` on the path or it fails.
  public static func bitsPerByte(
    of corpus: TextCorpus, documents: [Int]
  ) throws(TextCorpusError) -> Double {
    let bytes = documents.flatMap { corpus.bytes[corpus.documents[$0].range] }
    guard !bytes.isEmpty else {
      throw TextCorpusError(source: corpus.name, problem: "there is no text to compress")
    }
    return 8 * Double(try compressedByteCount(of: bytes)) / Double(bytes.count)
  }
}
