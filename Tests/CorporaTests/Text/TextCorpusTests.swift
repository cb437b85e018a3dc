import Corpora
import Foundation
import TestSupport
import Testing

struct TextCorpusTests {
  @Test func aFolderIsOneDocumentAFileInByteOrder() throws {
    let folder = try ScratchFolder()
    try folder.write("b.txt", "second")
    try folder.write("Z.txt", "first")
    try folder.write("sub/é.txt", "third é")
    try folder.write(".hidden", "not this")
    try folder.write("sub/lines.jsonl", "{\"text\": \"one\\n\"}\n\n{\"id\": 1, \"text\": \"\"}\n")
    let corpus = try TextCorpus(contentsOf: folder.path)
    #expect(corpus.documents.map(\.name) == ["Z.txt", "b.txt", "sub/lines.jsonl:1", "sub/é.txt"])
    #expect(
      corpus.documents.indices.map { corpus.text(of: $0) } == [
        "first", "second", "one\n", "third é",
      ])
    #expect(corpus.notes == ["1 empty documents were left out"])
    #expect(corpus.byteCount(of: [0, 3]) == 13)
  }

  @Test func aSingleFileIsCutWithoutLoss() throws {
    let folder = try ScratchFolder()
    let line = String(repeating: "x", count: 99) + "\n"
    let lines = (0..<1000).map { $0 % 50 == 49 ? "\n" : line }
    let text = lines.joined()
    let path = try folder.write("input.txt", text)
    let corpus = try TextCorpus(contentsOf: path)
    #expect(corpus.documents.count > 3)
    #expect(String(decoding: corpus.bytes, as: UTF8.self) == text)
    for document in corpus.documents.dropLast() {
      #expect((16 << 10..<33 << 10).contains(document.range.count))
      #expect(corpus.bytes[document.range.upperBound - 2] == 10)
    }
    #expect(try TextCorpus(contentsOf: folder.write("s.txt", "short")).documents.count == 1)
  }

  @Test func mistakesAreOneSentence() throws {
    let folder = try ScratchFolder()
    func message(_ path: String) throws -> String {
      try #require(throws: TextCorpusError.self) { try TextCorpus(contentsOf: path) }.description
    }
    #expect(try message("/no/such/place") == "/no/such/place: there is no such file or folder")
    #expect(
      try message(folder.path)
        == "\(folder.path): the folder holds no text; give UTF-8 files, or .jsonl files with a "
        + "field \"text\"")
    let empty = try folder.write("empty.txt", "")
    #expect(try message(empty) == "\(empty): the file holds no text")
    let lines = try folder.write("l.jsonl", "{\"text\": \"a\"}\n{\"txt\": \"b\"}\n")
    #expect(
      try message(lines)
        == "l.jsonl:2: the line is not a JSON object with a string field \"text\"")
    let latin = try folder.write("latin.txt", Array("aé".utf8) + [0xE9, 0x20])
    #expect(
      try message(latin)
        == "latin.txt: byte 3 is not UTF-8; convert the file or leave it out")
  }

  @Test func theToolchainCorpusFollowsItsRules() throws {
    let folder = try ScratchFolder()
    try folder.write("one/A.swiftmodule/arm64.swiftinterface", "A arm")
    try folder.write("one/A.swiftmodule/x86_64.swiftinterface", "A intel")
    try folder.write("one/A.swiftmodule/arm64.private.swiftinterface", "A private")
    try folder.write("one/b.h", "b")
    try folder.write("one/c.txt", "no")
    try folder.write("two/copy.h", "b")
    try folder.write("two/d.h", [0xFF])
    try folder.write("two/e.h", "0123456789")
    try folder.write("two/f.h", "f")
    let folders = ["one", "absent", "two"].map { folder.path + "/" + $0 }
    let corpus = try TextCorpus.toolchain(folders: folders, byteLimit: 1000)
    let texts = corpus.documents.indices.map { corpus.text(of: $0) }
    #expect(texts == ["A arm", "b", "0123456789", "f"])
    #expect(
      corpus.notes == [
        "1 exact duplicates were left out", "1 files empty or not UTF-8 were left out",
      ])
    let short = try TextCorpus.toolchain(folders: folders, byteLimit: 10)
    #expect(short.documents.count == 2)
    #expect(short.contentHash != corpus.contentHash)
    #expect(throws: TextCorpusError.self) {
      try TextCorpus.toolchain(folders: [], byteLimit: 10)
    }
  }

  @Test func ofALongFileTheBeginningIsTakenUpToALineEnd() throws {
    let folder = try ScratchFolder()
    try folder.write("a.h", "one\ntwo\nthree\n")
    try folder.write("b.h", "0123456789")
    try folder.write("c.h", "ab\ncd\n")
    let corpus = try TextCorpus.toolchain(
      folders: [folder.path], byteLimit: 1000, documentByteLimit: 9)
    #expect(corpus.documents.indices.map { corpus.text(of: $0) } == ["one\ntwo\n", "ab\ncd\n"])
    #expect(corpus.notes == ["of 1 long files the first 9 bytes were taken"])
  }

  @Test func theRunningToolchainHasText() throws {
    let first = try TextCorpus.toolchain(byteLimit: 1_000_000)
    let second = try TextCorpus.toolchain(byteLimit: 1_000_000)
    #expect(first.bytes.count > 500_000)
    #expect(first.bytes.count <= 1_000_000)
    #expect(first.contentHash == second.contentHash)
  }
}
