internal import Foundation

/// A process, named so that no other one is taken for it.
public struct ClaimOwner: Hashable, Sendable {
  /// The name of the machine.
  public let host: String
  /// What numbers of processes are unique within: the machine's start and, on Linux, the namespace
  /// of processes, so that containers of one name are told apart.
  public let session: String
  /// The number of the process.
  public let process: Int32
  /// When it started, in the system's own units: numbers of processes are used again.
  public let started: Int

  /// `session` is what numbers of processes are unique within; `started` is in the system's own
  /// units.
  public init(host: String, session: String, process: Int32, started: Int) {
    self.host = host
    self.session = session
    self.process = process
    self.started = started
  }

  /// A process that runs on this machine.
  public init(process: Int32) {
    self.init(
      host: ProcessInfo.processInfo.hostName, session: ProcessTable.session, process: process,
      started: ProcessTable.entry(of: process)?.started ?? 0)
  }

  /// This process.
  public static let current = ClaimOwner(process: getpid())

  /// Whether the process lives; nil if it is not one of this machine.
  public var isAlive: Bool? {
    guard host == ClaimOwner.current.host, session == ClaimOwner.current.session else { return nil }
    if kill(process, 0) != 0, errno == ESRCH { return false }
    // Where other users' processes are hidden nothing is known but that there is one.
    guard let entry = ProcessTable.entry(of: process) else { return true }
    return entry.started == started && !entry.hasEnded
  }
}

extension ClaimOwner {
  /// Whether the process lives but was stopped, as by SIGSTOP or Ctrl-Z; nil if it is not one of this
  /// machine.
  public var isStopped: Bool? {
    guard let isAlive else { return nil }
    return isAlive && ProcessTable.entry(of: process)?.isStopped == true
  }
}

/// What the system knows of processes.
private enum ProcessTable {
  struct Entry {
    var started: Int
    var hasEnded: Bool
    var isStopped: Bool
  }

  #if canImport(Darwin)
    static let session: String = {
      var size = 64
      var bytes = [CChar](repeating: 0, count: size)
      guard sysctlbyname("kern.bootsessionuuid", &bytes, &size, nil, 0) == 0 else { return "" }
      return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }()

    static func entry(of process: Int32) -> Entry? {
      var info = kinfo_proc()
      var size = MemoryLayout<kinfo_proc>.stride
      var name = [CTL_KERN, KERN_PROC, KERN_PROC_PID, process]
      guard sysctl(&name, UInt32(name.count), &info, &size, nil, 0) == 0, size > 0 else {
        return nil
      }
      let start = info.kp_proc.p_starttime
      return Entry(
        started: start.tv_sec * 1_000_000 + Int(start.tv_usec),
        hasEnded: Int32(info.kp_proc.p_stat) == SZOMB,
        isStopped: Int32(info.kp_proc.p_stat) == SSTOP)
    }
  #else
    static let session: String = {
      let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))
      let space = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
      return (boot ?? "").filter { !$0.isWhitespace } + "/" + (space ?? "")
    }()

    static func entry(of process: Int32) -> Entry? {
      guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
        let name = text.lastIndex(of: ")")
      else { return nil }
      // proc(5): after the name in parentheses come the state (3) and, as 22nd, the start.
      let fields = text[text.index(after: name)...].split(separator: " ")
      guard fields.count > 19, let started = Int(fields[19]) else { return nil }
      return Entry(
        started: started, hasEnded: fields[0] == "Z" || fields[0] == "X",
        isStopped: fields[0] == "T" || fields[0] == "t")
    }
  #endif
}
