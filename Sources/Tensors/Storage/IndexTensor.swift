/// A dense row-major array of integers: tokens, targets, positions, routes.
public final class IndexTensor {
  /// The lengths of the axes, outermost first.
  public let shape: [Int]
  /// The number of integers.
  public let count: Int
  /// The integers in row-major order.
  public let values: UnsafeMutablePointer<Int32>
  private let arena: Arena

  /// Integers with memory of their own in an arena; all are zero.
  public init(_ shape: [Int], in arena: Arena) {
    self.shape = shape
    self.count = shape.reduce(1, *)
    self.arena = arena
    self.values = arena.allocate(count, of: Int32.self)
  }

  /// The integers as a buffer.
  public var buffer: UnsafeMutableBufferPointer<Int32> {
    UnsafeMutableBufferPointer(start: values, count: count)
  }

  /// A copy of the integers.
  public var array: [Int32] { Array(buffer) }

  /// Counts how often each choice occurs, negative ones aside, and returns how many there are.
  func count(into load: UnsafeMutableBufferPointer<Int>) -> Int {
    load.update(repeating: 0)
    var counted = 0
    for choice in buffer where choice >= 0 {
      load[Int(choice)] += 1
      counted += 1
    }
    return counted
  }

  /// Replaces the integers.
  public func assign(_ integers: some Collection<Int32>) {
    precondition(integers.count == count, "\(integers.count) integers for \(count) places")
    _ = buffer.update(fromContentsOf: integers)
  }
}
