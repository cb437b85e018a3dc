internal import Files
internal import Foundation

/// One thing that is wrong with a checkpoint, said in one sentence.
///
/// The parts are kept apart so that a program can use them; ``description`` puts them together as
/// `model.safetensors: tensor wte.weight: found …, expected …`.
public struct CheckpointError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of mistake it is, named after the exit codes of `sysexits.h`.
  public enum Code: Int32, Sendable, Hashable, CaseIterable {
    /// The file was read and its content is wrong: 65.
    case badData = 65
    /// The file does not exist or may not be read: 66.
    case missingFile = 66
    /// The file is sound but says something this library does not do: 69.
    case unsupported = 69
    /// Reading or writing failed half-way: 74.
    case inputOutput = 74
  }

  /// The kind of mistake; its raw value is the exit status.
  public var code: Code
  /// The file's name, or what else was being read.
  public var file: String
  /// The tensor or the key of the configuration, where one is to blame.
  public var part: String?
  /// What was found and what was expected.
  public var message: String

  /// `part` is the tensor (`tensor x`) or key (`key x`) to blame.
  public init(_ code: Code, file: String, part: String? = nil, _ message: String) {
    self.code = code
    self.file = file
    self.part = part
    self.message = message
  }

  /// The whole error as one sentence.
  public var description: String {
    guard let part else { return "\(file): \(message)" }
    return "\(file): \(part): \(message)"
  }
}

extension CheckpointError {
  /// What kept a file from being mapped or written.
  init(_ error: FileError) {
    switch error.problem {
    case .cannotOpen, .notRegular: self.init(.missingFile, file: error.path, error.message)
    case .cannotInspect, .cannotMap, .cannotCreate, .cannotLock:
      self.init(.inputOutput, file: error.path, error.message)
    case .diskFull, .writeFailed, .cannotReplace:
      self.init(.inputOutput, file: (error.path as NSString).lastPathComponent, error.message)
    }
  }

  /// Refuses the few lines that stand for a file that Git LFS has not fetched.
  static func refusePointer(
    _ bytes: some Collection<UInt8>, file: String
  ) throws(CheckpointError) {
    guard let pointer = GitLFSPointer(bytes) else { return }
    throw CheckpointError(.badData, file: file, pointer.problem)
  }

  /// Up to five names and how many more there are.
  static func listed(_ names: some Collection<String>) -> String {
    let first = names.prefix(5).joined(separator: ", ")
    return names.count > 5 ? "\(first) and \(names.count - 5) more" : first
  }
}
