internal import ArgumentParser
internal import Foundation
internal import Synchronization

/// What is looked at before any command begins.
enum ProcessStart {
  /// Opens standard descriptors that a parent closed, on nothing: otherwise the first file that is
  /// opened takes their numbers, and messages end up in it.
  static func openStandardDescriptors() {
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 {
      closed.withLock { _ = $0.insert(descriptor) }
      // The lowest free number is taken, which is this one.
      let opened = open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY)
      if opened > 2 { close(opened) }
    }
  }

  /// Turns signals that would end the process without a word into sentences and statuses.
  static func receiveSignals() {
    // A write beyond the limit on files' sizes fails then, as one to a full disk does.
    signal(SIGXFSZ, SIG_IGN)
    // A mapped file that another program cuts short leaves no page behind the new end.
    signal(SIGBUS) { _ in
      ProcessStart.end(
        "allometry: a file was cut short by another program while it was read\n",
        CommandFailure.Status.inputOutput.rawValue)
    }
    // Whoever looks for a fault asks the runtime for a trace.
    guard ProcessInfo.processInfo.environment["SWIFT_BACKTRACE"] == nil else { return }
    for number in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV] {
      signal(number) { _ in
        ProcessStart.end(
          "allometry: internal fault, or no memory; SWIFT_BACKTRACE=enable=yes traces it\n",
          CommandFailure.Status.internalError.rawValue)
      }
    }
  }

  /// Says something and ends, with nothing but what a handler of signals may call.
  private static func end(_ text: StaticString, _ status: Int32) -> Never {
    _ = write(2, text.utf8Start, text.utf8CodeUnitCount)
    _exit(status)
  }

  /// Whether standard output was closed by the parent, so that nobody gets what is printed.
  static var isOutputClosed: Bool { closed.withLock { $0.contains(1) } }

  private static let closed = Mutex<Set<Int32>>([])

  /// Refuses arguments that are not UTF-8: repaired, they would name another file than was meant.
  ///
  /// - Returns: a sentence about the first; nil if there is none.
  static func unreadableArgument() -> String? {
    for place in 0..<Int(CommandLine.argc) {
      guard let argument = CommandLine.unsafeArgv[place] else { continue }
      if String(validatingCString: argument) == nil { return "argument \(place) is not UTF-8" }
    }
    return nil
  }

  /// Refuses arguments that are empty where a name is expected, as an unset shell variable leaves
  /// them.
  ///
  /// - Returns: a sentence about the first; nil if there is none.
  static func emptyArgument(_ arguments: [String]) -> String? {
    for (place, argument) in arguments.enumerated().dropFirst() {
      if argument.isEmpty {
        let option = arguments[place - 1]
        // A model may be asked to go on from nothing.
        if option == "--prompt" { continue }
        return option.hasPrefix("--")
          ? "\(option): found nothing, expected a value; is a shell variable unset?"
          : "found an empty argument, expected a name; is a shell variable unset?"
      }
      if argument.hasPrefix("--"), argument.hasSuffix("="), argument != "--prompt=",
        !argument.dropLast().contains("=")
      {
        return "\(argument.dropLast()): found nothing, expected a value; is a shell variable unset?"
      }
    }
    return nil
  }
}
