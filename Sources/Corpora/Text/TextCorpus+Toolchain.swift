internal import Files
internal import Foundation

extension TextCorpus {
  /// Text that every machine able to build this package has: the Swift toolchain's interface files
  /// and C headers, then the system's headers; real source code, about 50 MB. Throws
  /// ``TextCorpusError`` if no toolchain or no file is found.
  ///
  /// Files ending in `.swiftinterface` and `.h` are taken from these folders, in this order, and in
  /// the order of their paths' bytes within each: the toolchain's `lib/swift`, `lib/clang`,
  /// `include` and `local/include`; on macOS the SDK's `usr/lib/swift` and `usr/include`;
  /// `/usr/include`. Left out are private interfaces, all but the first architecture of a module,
  /// files that are not UTF-8, exact duplicates, symbolic links and, from the first file that
  /// would go beyond the limit, all the rest.
  ///
  /// Of a long file only the beginning is taken. The longest files are tables that programs wrote
  /// (one header of vector intrinsics has three million bytes), and a handful of them would be half
  /// of the text.
  ///
  /// The corpus differs between machines: a report should quote ``contentHash``.
  public static func toolchain(
    byteLimit: Int = 50_000_000, documentByteLimit: Int = 32 << 10
  ) throws(TextCorpusError) -> TextCorpus {
    try toolchain(
      folders: ToolchainFolders.find(), byteLimit: byteLimit, documentByteLimit: documentByteLimit)
  }

  /// The interface files and headers below given folders, in this order, chosen as
  /// ``toolchain(byteLimit:documentByteLimit:)`` does; absent folders are passed over. Throws
  /// ``TextCorpusError`` if no file is found.
  public static func toolchain(
    folders: [String], byteLimit: Int, documentByteLimit: Int = .max
  ) throws(TextCorpusError) -> TextCorpus {
    var parts: [(name: String, bytes: [UInt8])] = []
    var seen: [UInt64: [Int]] = [:]
    var total = 0
    var unreadable = 0
    var duplicates = 0
    var shortened = 0
    search: for folder in folders {
      var lastModule = ""
      for file in FolderListing.files(in: folder) {
        if file.hasSuffix(".swiftinterface") {
          if file.hasSuffix(".private.swiftinterface") || file.hasSuffix(".package.swiftinterface")
          {
            continue
          }
          let module = (file as NSString).deletingLastPathComponent
          if module.hasSuffix(".swiftmodule"), module == lastModule { continue }
          lastModule = module
        } else if !file.hasSuffix(".h") {
          continue
        }
        guard var bytes = try? utf8(of: folder + "/" + file, name: file), !bytes.isEmpty else {
          unreadable += 1
          continue
        }
        if bytes.count > documentByteLimit {
          let lineEnd = bytes[..<documentByteLimit].lastIndex(of: UInt8(ascii: "\n"))
          // A file without lines is a table too.
          guard let lineEnd else { continue }
          bytes.removeSubrange((lineEnd + 1)...)
          shortened += 1
        }
        let hash = bytes.withUnsafeBytes { StableHash.hash($0, seed: 0) }
        if seen[hash, default: []].contains(where: { parts[$0].bytes == bytes }) {
          duplicates += 1
          continue
        }
        if total + bytes.count > byteLimit { break search }
        seen[hash, default: []].append(parts.count)
        parts.append((folder + "/" + file, bytes))
        total += bytes.count
      }
    }
    guard !parts.isEmpty else {
      throw TextCorpusError(
        source: "toolchain corpus",
        problem: "no .swiftinterface or .h file below "
          + (folders.isEmpty ? "any folder" : folders.joined(separator: ", "))
          + "; give a text of your own")
    }
    var notes: [String] = []
    if duplicates > 0 { notes.append("\(duplicates) exact duplicates were left out") }
    if shortened > 0 {
      notes.append("of \(shortened) long files the first \(documentByteLimit) bytes were taken")
    }
    if unreadable > 0 { notes.append("\(unreadable) files empty or not UTF-8 were left out") }
    return TextCorpus(name: "toolchain", parts: parts, notes: notes)
  }

  /// A hash of the text and the limits of its documents, the same on every machine.
  public var contentHash: UInt64 {
    documents.indices.reduce(0) { hash, document in
      withBytes(of: document) { StableHash.hash(UnsafeRawBufferPointer($0), seed: hash) }
    }
  }
}
