public import Optimization

/// What each row of a packed table sums over, for laws that add a term for every change of the
/// learning rate: a list for every row, or in large tables one for eight neighbouring rows.
@usableFromInline
struct ScheduleTerms: Sendable {
  /// Eight terms of one row.
  @usableFromInline
  struct Group: Sendable {
    @usableFromInline var drop: Lanes
    @usableFromInline var distance: Lanes
    @usableFromInline var logRate: Lanes
  }
  /// The number of rows up to which every row has its own list.
  private static let ownListLimit = 8192

  /// The lists of rows; row lane r owns groups `starts[r]..<starts[r + 1]`. Empty where shared.
  @usableFromInline let groups: [Group]
  /// The shared lists; block b owns segments `starts[b]..<starts[b + 1]`. Empty where rows have
  /// their own.
  @usableFromInline let segments: [ScheduleSegment]
  @usableFromInline let starts: [Int]
  @usableFromInline let isShared: Bool

  /// Gathers the lists of a packed table: the learning-rate area of every lane, eight a block, and
  /// the schedule behind each block, negative for none.
  init(areas: [Double], scheduleOfBlock: [Int], trees: [ScheduleTree]) {
    isShared = areas.count > Self.ownListLimit
    var groups: [Group] = []
    var segments: [ScheduleSegment] = []
    var starts = [0]
    var list: [ScheduleSegment] = []
    for (block, schedule) in scheduleOfBlock.enumerated() {
      let lanes = areas[block * 8..<block * 8 + 8]
      if isShared {
        if schedule >= 0, let first = lanes.min(), let last = lanes.max() {
          trees[schedule].append(from: first, to: last, into: &segments)
        }
        starts.append(segments.count)
        continue
      }
      for area in lanes {
        list.removeAll(keepingCapacity: true)
        if schedule >= 0 { trees[schedule].append(from: area, to: area, into: &list) }
        for first in stride(from: 0, to: list.count, by: 8) {
          // Fillers fall by nothing, one unit of area ago.
          var group = Group(
            drop: .zero, distance: Lanes(repeating: 1), logRate: .zero)
          for (lane, segment) in list[first..<min(first + 8, list.count)].enumerated() {
            group.drop[lane] = segment.drop
            group.distance[lane] = area - segment.areaBefore
            group.logRate[lane] = segment.logRate
          }
          groups.append(group)
        }
        starts.append(groups.count)
      }
    }
    self.groups = groups
    self.segments = segments
    self.starts = starts
  }
}
