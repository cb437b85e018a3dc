internal import Foundation

/// Where the running toolchain and the system keep interface files and headers.
enum ToolchainFolders {
  static func find() -> [String] {
    var folders: [String] = []
    func add(_ path: String) {
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      if exists, isFolder.boolValue, !folders.contains(path) { folders.append(path) }
    }
    let usr = beside(executable: "swift")
    #if os(macOS)
      let information = targetInformation()
    #else
      let information = usr == nil ? targetInformation() : nil
    #endif
    if let usr = usr ?? information?.usr {
      for part in ["lib/swift", "lib/clang", "include", "local/include"] { add(usr + "/" + part) }
    }
    if let sdk = information?.sdk {
      add(sdk + "/usr/lib/swift")
      add(sdk + "/usr/include")
    }
    add("/usr/include")
    return folders
  }

  /// The folder above the one of an executable on the path, if a Swift library folder is in it.
  private static func beside(executable: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    for folder in path.split(separator: ":") {
      let candidate = "\(folder)/\(executable)"
      guard FileManager.default.isExecutableFile(atPath: candidate) else { continue }
      let real = URL(fileURLWithPath: candidate).resolvingSymlinksInPath()
      let usr = real.deletingLastPathComponent().deletingLastPathComponent().path
      // Launchers (swiftly, Apple's shim) stand alone: they have to be asked.
      return FileManager.default.fileExists(atPath: usr + "/lib/swift/shims") ? usr : nil
    }
    return nil
  }

  private static func targetInformation() -> (usr: String, sdk: String?)? {
    struct Information: Decodable {
      struct Paths: Decodable {
        var runtimeResourcePath: String
        var sdkPath: String?
      }
      var paths: Paths
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["swift", "-print-target-info"]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard let paths = try? JSONDecoder().decode(Information.self, from: output).paths else {
      return nil
    }
    let usr = URL(fileURLWithPath: paths.runtimeResourcePath)
      .deletingLastPathComponent().deletingLastPathComponent().path
    return (usr, paths.sdkPath)
  }
}
