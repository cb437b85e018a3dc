import Files
import Foundation
import Testing

struct MappedFileTests {
  @Test func theBytesAreThoseOfTheFile() throws {
    try withFolder { folder in
      for text in ["", "a", String(repeating: "abc", count: 5000)] {
        try AtomicFile.write(Array(text.utf8), to: "\(folder)/a")
        let file = try MappedFile("\(folder)/a")
        #expect(file.bytes.elementsEqual(text.utf8))
        #expect(!file.mayHaveChanged)
        withExtendedLifetime(file) {}
      }
    }
  }

  @Test func aFileThatIsReplacedStaysWhole() throws {
    try withFolder { folder in
      try AtomicFile.write(Array("old text".utf8), to: "\(folder)/a")
      let file = try MappedFile("\(folder)/a")
      try AtomicFile.write(Array("new".utf8), to: "\(folder)/a")
      #expect(file.bytes.elementsEqual("old text".utf8))
      withExtendedLifetime(file) {}
    }
  }

  @Test func aFileThatShrinksIsNoticed() throws {
    try withFolder { folder in
      try AtomicFile.write(Array("old text".utf8), to: "\(folder)/a")
      let file = try MappedFile("\(folder)/a")
      #expect(truncate("\(folder)/a", 3) == 0)
      #expect(file.mayHaveChanged)
    }
  }

  @Test func whatIsNoFileIsRefused() throws {
    try withFolder { folder in
      let missing = try #require(throws: FileError.self) { try MappedFile("\(folder)/none") }
      #expect(missing.problem == .cannotOpen)
      #expect(missing.message == "cannot be opened (no such file or directory)")
      mkfifo("\(folder)/pipe", 0o600)
      for path in [folder, "\(folder)/pipe", "/dev/null"] {
        let error = try #require(throws: FileError.self) { try MappedFile(path) }
        #expect(error.problem == .notRegular)
        #expect(RegularFile.contents(atPath: path) == nil)
      }
    }
  }
}
