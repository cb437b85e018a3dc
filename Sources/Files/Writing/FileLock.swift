internal import Foundation

/// A lock that a process holds as long as it lives, on a file of its own.
public final class FileLock {
  private let path: String
  private var descriptor: Int32

  /// Takes the lock of a file, made where there is none; nil if another process, or another user of
  /// it in this process, has it. Throws ``FileError``: `cannotOpen` or `cannotLock`.
  public init?(_ path: String) throws(FileError) {
    self.path = path
    while true {
      descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw Self.failure(.cannotOpen, path, errno) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let number = errno
        close(descriptor)
        descriptor = -1
        if number == EINTR { continue }
        guard number == EWOULDBLOCK else { throw Self.failure(.cannotLock, path, number) }
        return nil
      }
      // Whoever had it may have removed the file meanwhile: this lock would be on nothing.
      var mine = stat()
      var named = stat()
      if fstat(descriptor, &mine) == 0, stat(path, &named) == 0, mine.st_ino == named.st_ino,
        mine.st_dev == named.st_dev
      {
        return
      }
      close(descriptor)
      descriptor = -1
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Gives the lock up and removes its file.
  public func remove() {
    guard descriptor >= 0 else { return }
    unlink(path)
    close(descriptor)
    descriptor = -1
  }

  /// Waits for the lock on an open file; closing the descriptor gives it up.
  public static func wait(_ descriptor: Int32) {
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
  }

  private static func failure(
    _ problem: FileError.Problem, _ path: String, _ number: Int32
  ) -> FileError {
    FileError(
      problem, path, number,
      "cannot be locked (\(FileError.systemText(number).lowercased()))")
  }
}
