import Corpora
import Foundation
import TestSupport
import Testing

/// Folders of text with files in them that are not, and files that are chosen.
struct FolderTextTests {
  private static func folder() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write("a.py", "print(1)\n")
    try folder.write("b.md", "# b\n")
    try folder.write("sub/c.py", "print(2)\n")
    return folder
  }

  private static func names(_ corpus: TextCorpus) -> [String] { corpus.documents.map(\.name) }

  @Test(arguments: [
    ("logo.png", [0x89, 0x50, 0x4E, 0x47] as [UInt8]),
    // Valid UTF-8, but for a zero no text.
    ("cache.bin", [0x61, 0, 0, 0, 0x62]),
    ("utf16.txt", [0xFF, 0xFE, 0x61, 0]),
    ("latin1.txt", Array("caf".utf8) + [0xE9]),
    ("sub/deep/x.gz", [0x1F, 0x8B, 8, 0]),
  ])
  func aStrayBinaryIsLeftOutAndCounted(name: String, bytes: [UInt8]) throws {
    let folder = try Self.folder()
    let clean = try TextCorpus(contentsOf: folder.path)
    try folder.write(name, bytes)
    let corpus = try TextCorpus(contentsOf: folder.path)
    #expect(corpus.contentHash == clean.contentHash)
    #expect(corpus.notes == ["1 file is not UTF-8 text (\(name)) and left out"])
  }

  @Test func manyBinariesAreCountedAndSomeNamed() throws {
    let folder = try Self.folder()
    for number in 0..<5 { try folder.write("z\(number).bin", [0xFF]) }
    let corpus = try TextCorpus(contentsOf: folder.path)
    #expect(corpus.documents.count == 3)
    #expect(
      corpus.notes == ["5 files are not UTF-8 text (z0.bin, z1.bin, z2.bin, …) and left out"])
  }

  @Test func aFolderOfBinariesAloneIsRefused() throws {
    let folder = try ScratchFolder()
    try folder.write("a.bin", [0xFF])
    let error = try #require(throws: TextCorpusError.self) {
      try TextCorpus(contentsOf: folder.path)
    }
    #expect(
      error.problem.hasPrefix("the folder holds no text, for 1 file is not UTF-8 text (a.bin)"))
  }

  /// Lines are data and not a stray file: that they are broken is said.
  @Test func aBrokenFileOfLinesIsRefused() throws {
    let folder = try Self.folder()
    try folder.write("x.jsonl", Array("{\"text\": \"".utf8) + [0xFF])
    let error = try #require(throws: TextCorpusError.self) {
      try TextCorpus(contentsOf: folder.path)
    }
    #expect(error.source == "x.jsonl")
  }

  @Test func filesAreChosen() throws {
    let folder = try Self.folder()
    func names(_ include: [String], _ exclude: [String] = []) throws -> [String] {
      Self.names(
        try TextCorpus(
          contentsOf: folder.path, selection: FileSelection(include: include, exclude: exclude)))
    }
    #expect(try names(["*.py"]) == ["a.py", "sub/c.py"])
    #expect(try names(["*.py", "*.md"]) == ["a.py", "b.md", "sub/c.py"])
    #expect(try names([], ["sub"]) == ["a.py", "b.md"])
    #expect(try names(["*.py"], ["sub/"]) == ["a.py"])
  }

  @Test(arguments: [
    (FileSelection(include: ["*.pyx"]), "include", "\"*.pyx\" matches none of its 3 files"),
    (FileSelection(exclude: ["node_modules"]), "exclude", "\"node_modules\" matches none"),
    (FileSelection(include: ["*.py", "*.rs"]), "include", "\"*.rs\" matches none"),
    (FileSelection(include: ["*.md"], exclude: ["b.*"]), "exclude", "the patterns leave none"),
    (FileSelection(exclude: ["*"]), "exclude", "the patterns leave none of its 3 files"),
  ])
  func patternsThatLeaveNothingAreSaid(
    selection: FileSelection, setting: String, problem: String
  ) throws {
    let folder = try Self.folder()
    let error = try #require(throws: TextCorpusError.self) {
      try TextCorpus(contentsOf: folder.path, selection: selection)
    }
    #expect(error.setting == setting)
    #expect(error.problem.hasPrefix(problem), "\(error)")
  }

  @Test func aFileHasNoFilesToChoose() throws {
    let folder = try Self.folder()
    let error = try #require(throws: TextCorpusError.self) {
      try TextCorpus(
        contentsOf: folder.path + "/a.py", selection: FileSelection(exclude: ["a"]))
    }
    #expect(error.setting == "exclude")
    #expect(error.problem == "found a file, expected a folder, whose files patterns choose")
  }

  @Test func pointersOfGitLFSAreNamed() throws {
    let folder = try Self.folder()
    let pointer =
      "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 5242880000\n"
    let path = try folder.write("sub/train.txt", pointer)
    for place in [folder.path, path] {
      let error = try #require(throws: TextCorpusError.self) { try TextCorpus(contentsOf: place) }
      #expect(
        error.problem
          == "found a Git LFS pointer, expected the file of 5.2 GB that it stands for; "
          + "`git lfs pull` fetches it")
    }
    let chosen = try TextCorpus(
      contentsOf: folder.path, selection: FileSelection(exclude: ["train.txt"]))
    #expect(chosen.documents.count == 3)
    let tokens = try #require(throws: TextCorpusError.self) { try TokenStream(binaryFile: path) }
    #expect(tokens.problem.hasPrefix("found a Git LFS pointer"))
    #expect(throws: MultipleChoiceError.self) { try MultipleChoiceReader.questions(atPath: path) }
  }
}
