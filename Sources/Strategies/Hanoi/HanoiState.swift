/// Where a tower of Hanoi stands: the peg of each disk, and the disk that moved last.
public struct HanoiState: Hashable, Sendable {
  /// The pegs, two bits a disk, the smallest disk lowest.
  private var bits: UInt64
  /// The disk that moved last, 0 for the smallest; −1 before the first move.
  public private(set) var movedDisk: Int8

  /// All disks, at most 31, on peg 0, 1 or 2.
  public init(allOn peg: Int, disks: Int) {
    precondition((0..<3).contains(peg) && (1...31).contains(disks), "\(disks) disks on peg \(peg)")
    bits = (0..<disks).reduce(0) { $0 | UInt64(peg) << (2 * UInt64($1)) }
    movedDisk = -1
  }

  /// The peg of a disk, 0 for the smallest.
  public func peg(of disk: Int) -> Int { Int(bits >> (2 * UInt64(disk)) & 3) }

  /// The peg of each disk, the smallest first.
  public func pegs(_ disks: Int) -> [Int] { (0..<disks).map { peg(of: $0) } }

  /// The smallest disk of a peg; nil for none.
  public func top(of peg: Int, disks: Int) -> Int? { (0..<disks).first { self.peg(of: $0) == peg } }

  /// Moves a disk; nothing smaller may lie on either peg.
  public mutating func move(_ disk: Int, to peg: Int) {
    bits = bits & ~(3 << (2 * UInt64(disk))) | UInt64(peg) << (2 * UInt64(disk))
    movedDisk = Int8(disk)
  }
}
