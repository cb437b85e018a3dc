import Files
import Foundation
import Testing

struct AtomicFileTests {
  @Test func whatIsWrittenIsThere() throws {
    try withFolder { folder in
      let path = "\(folder)/a"
      try AtomicFile.write(Array("old".utf8), to: path)
      try AtomicFile.write(Array("new".utf8), to: path)
      #expect(contents(path) == "new")
      try AtomicFile.write([UInt8](), to: path)
      #expect(contents(path) == "")
      #expect(try names(in: folder) == ["a"])
    }
  }

  @Test func aFileThatIsNotFinishedLeavesTheOldOne() throws {
    try withFolder { folder in
      let path = "\(folder)/a"
      try AtomicFile.write(Array("old".utf8), to: path)
      do {
        var file = try AtomicFile(path)
        try file.append(Array("half".utf8))
      }
      #expect(contents(path) == "old")
      #expect(try names(in: folder) == ["a"])
    }
  }

  @Test func aLinkIsFollowed() throws {
    try withFolder { folder in
      try AtomicFile.write(Array("old".utf8), to: "\(folder)/real")
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/link", withDestinationPath: "\(folder)/real")
      try AtomicFile.write(Array("new".utf8), to: "\(folder)/link")
      #expect(contents("\(folder)/real") == "new")
      #expect(try names(in: folder) == ["link", "real"])
    }
  }

  /// Other processes' files stay while their process lives, or for a minute.
  @Test func whatKilledProcessesLeftIsRemoved() throws {
    try withFolder { folder in
      let dead = "1073741823"
      for (name, age) in [
        (".a.\(dead)-1.tmp", 120.0), (".a.\(dead)-2.tmp", 0), (".a.\(getpid())-3.tmp", 120),
        (".b.\(dead)-4.tmp", 120), (".a.none.tmp", 120),
      ] {
        let path = "\(folder)/\(name)"
        try Data([1]).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: path)
      }
      try AtomicFile.write(Array("x".utf8), to: "\(folder)/a")
      #expect(
        try names(in: folder)
          == [".a.\(dead)-2.tmp", ".a.\(getpid())-3.tmp", ".a.none.tmp", ".b.\(dead)-4.tmp", "a"]
          .sorted())
    }
  }

  @Test func aFolderThatIsMissing() throws {
    try withFolder { folder in
      let error = try #require(throws: FileError.self) {
        try AtomicFile.write([1], to: "\(folder)/none/a")
      }
      #expect(error.problem == .cannotCreate)
      #expect(error.number == ENOENT)
      #expect(error.message == "cannot be written beside (no such file or directory)")
    }
  }

  @Test func aFolderIsNotReplaced() throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/a/b", withIntermediateDirectories: true)
      let error = try #require(throws: FileError.self) {
        try AtomicFile.write([1], to: "\(folder)/a")
      }
      #expect(error.problem == .cannotReplace)
      #expect(
        error.message
          == "writing failed after 1 bytes (is a directory); the file that was there is unchanged")
      #expect(try names(in: folder) == ["a"])
    }
  }

  /// A limit on the size of files stands in for a full disk: in both cases `write` fails half-way.
  @Test func aFullDiskLeavesTheOldFile() async {
    await #expect(processExitsWith: .success) {
      try withFolder { folder in
        let path = "\(folder)/a"
        try AtomicFile.write(Array("old".utf8), to: path)
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
        #if os(Linux)
          setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        #else
          setrlimit(RLIMIT_FSIZE, &limit)
        #endif
        let error = #expect(throws: FileError.self) {
          try AtomicFile.write([UInt8](repeating: 1, count: 5000), to: path)
        }
        #expect(error?.problem == .diskFull)
        #expect(
          error?.message
            == "writing failed after 1000 bytes (the disk is full); the file that was there is "
            + "unchanged")
        #expect(contents(path) == "old")
        #expect(try names(in: folder) == ["a"])
      }
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func aFullDeviceIsADiskFull() throws {
    let descriptor = open("/dev/full", O_WRONLY)
    defer { close(descriptor) }
    let error = try #require(throws: FileError.self) {
      try OpenFile.write([1, 2, 3] as [UInt8], to: descriptor, path: "x")
    }
    #expect(error.problem == .diskFull)
    #expect(error.number == ENOSPC)
    #expect(error.message == "writing failed (no space left on device)")
  }
}
