public import Optimization

/// A block of eight observations as a law's formula sees it.
///
/// Columns are numbered in the order of the law's card. The logarithms are computed once, when
/// the table is packed, so that a power N^(−α) costs one exponential.
public struct Observation: Sendable {
  // The pointers are owned by the table that is being evaluated, which outlives the call of
  // `predict`; a law sees an observation only inside that call.
  @usableFromInline nonisolated(unsafe) let values: UnsafePointer<Lanes>
  @usableFromInline nonisolated(unsafe) let logarithms: UnsafePointer<Lanes>
  @usableFromInline nonisolated(unsafe) let segments: UnsafeBufferPointer<ScheduleSegment>
  // Where every row has its own list: its groups, and where the list of each lane begins.
  @usableFromInline nonisolated(unsafe) let groups: UnsafePointer<ScheduleTerms.Group>?
  @usableFromInline nonisolated(unsafe) let groupStarts: UnsafePointer<Int>?
  /// The number of columns.
  public let count: Int

  @usableFromInline
  init(
    values: UnsafePointer<Lanes>, logarithms: UnsafePointer<Lanes>, count: Int,
    segments: UnsafeBufferPointer<ScheduleSegment>,
    groups: UnsafePointer<ScheduleTerms.Group>? = nil, groupStarts: UnsafePointer<Int>? = nil
  ) {
    self.values = values
    self.logarithms = logarithms
    self.count = count
    self.segments = segments
    self.groups = groups
    self.groupStarts = groupStarts
  }

  /// The value of a column.
  @inlinable
  public subscript(column: Int) -> Lanes { values[column] }

  /// The natural logarithm of a column; −∞ or NaN where the value is not positive.
  @inlinable
  public func log(_ column: Int) -> Lanes { logarithms[column] }

  /// The number of segments of the learning-rate schedule behind the observation.
  @inlinable
  public var segmentCount: Int { segments.count }

  /// A segment of the learning-rate schedule behind the observation.
  @inlinable
  public func segment(_ index: Int) -> ScheduleSegment { segments[index] }
}
