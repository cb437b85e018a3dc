internal import Files
internal import Foundation

extension TextCorpus {
  /// Reads someone's own text.
  ///
  /// - A folder: one document a file, in the order of the paths' bytes, hidden files and files that
  ///   are not UTF-8 text left out, the latter with a note.
  /// - A `.jsonl` file, also within a folder: one document a line, its field `text`.
  /// - Any other file: text, which is cut into documents of at least 16 KiB at blank lines, or at
  ///   the next line end from 32 KiB, so that a single file can be split for validation.
  ///
  /// - Throws: ``TextCorpusError`` if nothing is there, a single or `.jsonl` file is not UTF-8, a file
  ///   is a Git LFS pointer, a pattern matches nothing, or there is no text.
  public init(
    contentsOf path: String, selection: FileSelection = FileSelection()
  ) throws(TextCorpusError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw TextCorpusError(source: path, problem: "there is no such file or folder")
    }
    let name = (path as NSString).lastPathComponent
    var parts: [(name: String, bytes: [UInt8])] = []
    var binaries: [String] = []
    if isFolder.boolValue {
      let all = FolderListing.files(in: path)
      for file in try selection.files(of: all, folder: path) {
        let bytes = try Self.bytes(of: path + "/" + file, name: file)
        if file.hasSuffix(".jsonl") {
          parts += try Self.lines(of: try Self.utf8(bytes, name: file), name: file)
        } else if bytes.contains(0) || UTF8Check.firstInvalidByte(of: bytes) != nil {
          binaries.append(file)
        } else {
          parts.append((file, bytes))
        }
      }
    } else {
      guard selection.isEverything else {
        throw TextCorpusError(
          source: path, problem: "found a file, expected a folder, whose files patterns choose",
          setting: selection.setting)
      }
      let bytes = try Self.utf8(of: path, name: name)
      parts =
        path.hasSuffix(".jsonl")
        ? try Self.lines(of: bytes, name: name) : Self.sections(of: bytes, name: name)
    }
    let full = parts.filter { !$0.bytes.isEmpty }
    guard !full.isEmpty else {
      throw TextCorpusError(
        source: path,
        problem: isFolder.boolValue
          ? "the folder holds no text"
            + (binaries.isEmpty ? "" : ", for \(Self.count(of: binaries))")
            + "; give UTF-8 files, or .jsonl files with a field \"text\""
          : "the file holds no text")
    }
    let empty = parts.count - full.count
    var notes: [String] = []
    if !binaries.isEmpty { notes.append("\(Self.count(of: binaries)) and left out") }
    if empty > 0 { notes.append("\(empty) empty documents were left out") }
    self.init(name: name, parts: full, notes: notes)
  }

  /// "2 files are not UTF-8 text (logo.png, a.bin)".
  private static func count(of binaries: [String]) -> String {
    let names = binaries.prefix(3).joined(separator: ", ") + (binaries.count > 3 ? ", …" : "")
    return binaries.count == 1
      ? "1 file is not UTF-8 text (\(names))"
      : "\(binaries.count) files are not UTF-8 text (\(names))"
  }

  static func utf8(of path: String, name: String) throws(TextCorpusError) -> [UInt8] {
    try utf8(try bytes(of: path, name: name), name: name)
  }

  private static func bytes(of path: String, name: String) throws(TextCorpusError) -> [UInt8] {
    guard let data = RegularFile.contents(atPath: path) else {
      throw TextCorpusError(source: name, problem: "the file cannot be read")
    }
    if let pointer = GitLFSPointer(data) {
      throw TextCorpusError(source: name, problem: pointer.problem)
    }
    return [UInt8](data)
  }

  private static func utf8(_ bytes: [UInt8], name: String) throws(TextCorpusError) -> [UInt8] {
    if let offset = UTF8Check.firstInvalidByte(of: bytes) {
      throw TextCorpusError(
        source: name,
        problem: "byte \(offset) is not UTF-8; convert the file or leave it out")
    }
    return bytes
  }

  private static func lines(
    of bytes: [UInt8], name: String
  ) throws(TextCorpusError) -> [(name: String, bytes: [UInt8])] {
    struct Line: Decodable { var text: String }
    let decoder = JSONDecoder()
    var parts: [(name: String, bytes: [UInt8])] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
      guard let text = try? decoder.decode(Line.self, from: Data(line)).text else {
        throw TextCorpusError(
          source: "\(name):\(index + 1)",
          problem: "the line is not a JSON object with a string field \"text\"")
      }
      parts.append(("\(name):\(index + 1)", Array(text.utf8)))
    }
    return parts
  }

  private static func sections(
    of bytes: [UInt8], name: String
  ) -> [(name: String, bytes: [UInt8])] {
    let minimum = 16 << 10
    let patience = 32 << 10
    let newline = UInt8(ascii: "\n")
    var parts: [(name: String, bytes: [UInt8])] = []
    var start = 0
    func close(_ end: Int) {
      parts.append(("\(name)#\(parts.count + 1)", Array(bytes[start..<end])))
      start = end
    }
    for index in bytes.indices where bytes[index] == newline {
      let length = index + 1 - start
      let isBlank = index > 0 && bytes[index - 1] == newline
      if length >= patience || (length >= minimum && isBlank) { close(index + 1) }
    }
    if start < bytes.count { close(bytes.count) }
    return parts
  }
}
