/// How a store waits for other processes and knows that they live.
public struct StoreSettings: Hashable, Sendable {
  /// How a transaction is made safe on disk.
  public enum Journal: Hashable, Sendable {
    /// A write-ahead log on disks of this machine, a rollback journal on network file systems.
    case automatic
    /// A write-ahead log: readers never wait, but all processes must be on one machine.
    case writeAheadLog
    /// A rollback journal: needs nothing but file locks that work.
    case rollback
  }

  /// How a transaction is made safe on disk.
  public var journal = Journal.automatic
  /// Seconds to wait for other writers before ``StoreError/Code/busy``.
  public var patience = 60.0
  /// Seconds between two signs of life of a process that has claims.
  public var heartbeatInterval = 30.0
  /// Seconds without a sign of life after which a claim of another host is taken over.
  ///
  /// Clocks of hosts that share a store must agree within this.
  public var staleAfter = 300.0

  /// Whether claims are taken over from processes of this machine that are stopped, and from all of
  /// other machines. What those record afterwards changes nothing.
  public var takesOver = false

  /// The usual settings.
  public init() {}
}
