import Corpora
import Foundation
import Tensors
import TestSupport
import Testing
import Training

/// Tokens made elsewhere: everything that decides a number is a part of what they are called, and a
/// file that is written to while it is read is noticed.
@Suite struct TokenIdentityTests {
  private let root: ScratchFolder

  init() throws { root = try ScratchFolder() }

  private func path(_ name: String) -> String { "\(root.path)/\(name)" }

  /// Writes sixteen-bit tokens over what is there, into the same file.
  private func write(_ tokens: some Sequence<UInt16>, to name: String) throws {
    let bytes = Data(tokens.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
    if let file = FileHandle(forWritingAtPath: path(name)) {
      try file.write(contentsOf: bytes)
      try file.close()
    } else {
      try bytes.write(to: URL(fileURLWithPath: path(name)))
    }
  }

  private func dataset(_ held: String?, vocabulary: Int = 64) throws -> Dataset {
    try Dataset(
      DatasetDescription(
        .tokens(path: path("train.bin"), validation: held.map { path($0) }), vocabulary: vocabulary)
    )
  }

  @Test func whatIsHeldOutAndTheVocabularyAreAPartOfTheIdentity() throws {
    try write((0..<4000).map { UInt16($0 * $0 % 61) }, to: "train.bin")
    try write((0..<900).map { UInt16($0 % 7) }, to: "a.bin")
    try write((0..<900).map { UInt16($0 % 5) }, to: "b.bin")
    let hashes = try [
      dataset("a.bin"), dataset("b.bin"), dataset(nil), dataset("a.bin", vocabulary: 63),
    ].map(\.record.hash)
    #expect(Set(hashes).count == 4, "\(hashes)")
    #expect(try dataset("a.bin").record.hash == hashes[0])
    // The last twentieth is held out.
    try write((0..<4000).map { UInt16($0 < 3900 ? $0 * $0 % 61 : 1) }, to: "train.bin")
    #expect(try dataset(nil).record.hash != hashes[2])
  }

  @Test(arguments: ["train.bin", "held.bin"])
  func aFileThatIsWrittenToIsNoticed(_ name: String) throws {
    try write((0..<4000).map { UInt16($0 * $0 % 61) }, to: "train.bin")
    try write((0..<900).map { UInt16($0 % 7) }, to: "held.bin")
    let data = try dataset("held.bin")
    try data.checkUnchanged()
    // The same bytes written again are the same data.
    let same = try Data(contentsOf: URL(fileURLWithPath: path(name)))
    let file = try #require(FileHandle(forWritingAtPath: path(name)))
    usleep(20_000)
    try file.write(contentsOf: same)
    try data.checkUnchanged()
    try file.seek(toOffset: 100)
    try file.write(contentsOf: Data([9, 0]))
    let error = #expect(throws: DatasetError.self) { try data.checkUnchanged() }
    #expect(error?.description.contains("changed while they were read") == true)
  }

  /// Another file under the name is no change of the one that is read.
  @Test func aFileThatIsReplacedStaysAsItWas() throws {
    try write((0..<4000).map { UInt16($0 * $0 % 61) }, to: "train.bin")
    try write((0..<900).map { UInt16($0 % 7) }, to: "held.bin")
    let data = try dataset("held.bin")
    try Data(repeating: 0, count: 1800).write(
      to: URL(fileURLWithPath: path("held.bin")), options: .atomic)
    try data.checkUnchanged()
  }
}
