internal import Foundation

/// Why a file could not be opened, mapped, written or locked.
///
/// Rooms above put ``message`` or ``reason`` behind the name of the file, in errors of their own.
public struct FileError: Error, Sendable, Hashable {
  /// The steps that can fail.
  public enum Problem: Sendable, Hashable, CaseIterable {
    case cannotOpen
    case cannotInspect
    /// There is a folder, a device or a pipe.
    case notRegular
    case cannotMap
    /// The temporary file beside the one that is written cannot be made.
    case cannotCreate
    /// No room on the disk, in the quota, or within the limit on the size of a file.
    case diskFull
    case writeFailed
    /// The new file is whole but cannot take the place of the old one.
    case cannotReplace
    case cannotLock
  }

  /// The step that failed.
  public var problem: Problem
  /// What was to be read or written; of a symbolic link, what it leads to where that was found.
  public var path: String
  /// The system's `errno`; 0 where no call of it failed.
  public var number: Int32
  /// What is wrong, to stand after the name of the file.
  public var message: String

  init(_ problem: Problem, _ path: String, _ number: Int32, _ message: String) {
    self.problem = problem
    self.path = path
    self.number = number
    self.message = message
  }

  /// Why a system call failed, in the system's words.
  public var systemText: String { Self.systemText(number) }
  /// ``systemText`` in lower case, as it stands within a sentence.
  public var reason: String { systemText.lowercased() }

  static func systemText(_ number: Int32) -> String { String(cString: strerror(number)) }

  /// Whether an `errno` of a write means that there is no room.
  static func isFull(_ number: Int32) -> Bool {
    number == ENOSPC || number == EDQUOT || number == EFBIG
  }
}
