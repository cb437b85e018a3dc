import Foundation
import RunTables
import Testing

struct TablePointerTests {
  @Test func tablesAreNamedAsPointers() throws {
    let lines =
      "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
    let path = NSTemporaryDirectory() + "pointer-\(UUID().uuidString).csv"
    try Data(lines.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let error = try #require(throws: TableError.self) { try RunTable.read(contentsOf: path) }
    #expect(
      error.description
        == "\(path): found a Git LFS pointer, expected the file of 12.3 kB that it stands for; "
        + "`git lfs pull` fetches it")
    #expect(throws: TableError.self) { try OutcomeTable.read(contentsOf: path) }
  }
}
