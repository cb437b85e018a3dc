#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Ends the process with a sentence and the status of `EX_OSERR`: training cannot continue without
/// memory, and what was trained is in its checkpoints.
func refuseMemory(_ bytes: Int) -> Never {
  let text = "allometry: the system refused \(bytes >> 20) MiB of memory\n"
  _ = text.withCString { write(2, $0, strlen($0)) }
  exit(71)
}
