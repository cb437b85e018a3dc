import Files
import Foundation
import Testing

struct FileLockTests {
  @Test func oneHasIt() throws {
    try withFolder { folder in
      let path = "\(folder)/lock"
      let first = try #require(try FileLock(path))
      #expect(try FileLock(path) == nil)
      first.remove()
      #expect(try names(in: folder).isEmpty)
      let second = try #require(try FileLock(path))
      // The file that the first one removed was another.
      first.remove()
      #expect(try FileLock(path) == nil)
      withExtendedLifetime(second) {}
    }
  }

  @Test func itGoesWithItsObject() throws {
    try withFolder { folder in
      do { _ = try #require(try FileLock("\(folder)/lock")) }
      #expect(try FileLock("\(folder)/lock") != nil)
    }
  }

  @Test func aFolderThatIsMissing() throws {
    try withFolder { folder in
      let error = try #require(throws: FileError.self) { try FileLock("\(folder)/none/lock") }
      #expect(error.problem == .cannotOpen)
      #expect(error.reason == "no such file or directory")
    }
  }
}
