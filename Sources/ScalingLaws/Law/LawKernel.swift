public import Optimization
internal import RealModule

/// Observations packed for evaluation: blocks of eight rows, columns in the law's order.
///
/// Rows behind one learning-rate schedule are kept together, and the last block of each schedule
/// is filled with copies of its first row at weight zero.
public struct LaneTable: Sendable {
  /// The number of blocks of eight rows.
  public let blockCount: Int
  /// The number of columns.
  public let columnCount: Int
  /// The row of the observations in each lane; fillers repeat the block's first row.
  let rowOfLane: [Int]
  /// Whether each lane holds a row rather than a filler.
  let isFilled: [Bool]
  @usableFromInline let values: [Lanes]
  @usableFromInline let logarithms: [Lanes]
  /// The segments that blocks sum over; block b owns `listed[listStarts[b]..<listEnds[b]]`.
  @usableFromInline let listed: [ScheduleSegment]
  @usableFromInline let listStarts: [Int]
  @usableFromInline let listEnds: [Int]
  /// What each row sums over, where the observations' schedules were gathered row by row.
  @usableFromInline let groups: [ScheduleTerms.Group]
  @usableFromInline let groupStarts: [Int]

  /// Packs the columns that a law reads, in its order; all must exist.
  init(observations: Observations, columns: [String], rows: [Int]) {
    var order: [Int] = []
    var filled: [Bool] = []
    var schedules: [Int] = []
    var bySchedule: [Int: [Int]] = [:]
    for row in rows { bySchedule[observations.scheduleOfRow[row], default: []].append(row) }
    let gathered = !observations.scheduleTrees.isEmpty
    let areas = observations.columns["S1"] ?? []
    for schedule in bySchedule.keys.sorted() {
      var members = bySchedule[schedule] ?? []
      // Rows that share a list of terms should be neighbours.
      if gathered { members.sort { (areas[$0], $0) < (areas[$1], $1) } }
      for start in stride(from: 0, to: members.count, by: 8) {
        for lane in 0..<8 {
          let position = start + lane
          order.append(members[position < members.count ? position : start])
          filled.append(position < members.count)
        }
        schedules.append(schedule)
      }
    }
    rowOfLane = order
    isFilled = filled
    blockCount = schedules.count
    columnCount = columns.count
    let sources = columns.map { observations.columns[$0] ?? [] }
    var packed: [Lanes] = []
    packed.reserveCapacity(schedules.count * columns.count)
    var packedLogarithms: [Lanes] = []
    packedLogarithms.reserveCapacity(schedules.count * columns.count)
    for block in 0..<schedules.count {
      for source in sources {
        var lanes = Lanes.zero
        for lane in 0..<8 { lanes[lane] = source[order[block * 8 + lane]] }
        packed.append(lanes)
        var logs = Lanes.zero
        for lane in 0..<8 { logs[lane] = Double.log(lanes[lane]) }
        packedLogarithms.append(logs)
      }
    }
    values = packed
    logarithms = packedLogarithms
    if gathered {
      let terms = ScheduleTerms(
        areas: order.map { areas[$0] }, scheduleOfBlock: schedules,
        trees: observations.scheduleTrees)
      listed = terms.segments
      listStarts = schedules.indices.map { terms.isShared ? terms.starts[$0] : 0 }
      listEnds = schedules.indices.map { terms.isShared ? terms.starts[$0 + 1] : 0 }
      groups = terms.groups
      groupStarts = terms.isShared ? [] : terms.starts
    } else {
      var starts = [0]
      for schedule in observations.schedules {
        starts.append(starts[starts.count - 1] + schedule.segments.count)
      }
      listed = observations.schedules.flatMap(\.segments)
      listStarts = schedules.map { $0 < 0 ? 0 : starts[$0] }
      listEnds = schedules.map { $0 < 0 ? 0 : starts[$0 + 1] }
      groups = []
      groupStarts = []
    }
  }

  /// Spreads one number a row over the lanes; fillers get zero.
  func pack(_ column: [Double]) -> [Lanes] {
    (0..<blockCount).map { block in
      var lanes = Lanes.zero
      for lane in 0..<8 where isFilled[block * 8 + lane] {
        lanes[lane] = column[rowOfLane[block * 8 + lane]]
      }
      return lanes
    }
  }

  /// Calls `body` with each block's observation. `body` is inlined and so called at one place only:
  /// a second doubles the code, and the compile time, of every law at every width.
  @inlinable
  @inline(__always)
  func forEachBlock(_ body: (Int, Observation) -> Void) {
    values.withUnsafeBufferPointer { values in
      logarithms.withUnsafeBufferPointer { logarithms in
        listed.withUnsafeBufferPointer { listed in
          groups.withUnsafeBufferPointer { groups in
            groupStarts.withUnsafeBufferPointer { groupStarts in
              guard let valueBase = values.baseAddress, let logBase = logarithms.baseAddress else {
                return
              }
              let ownLists = groups.isEmpty ? nil : groups.baseAddress
              for block in 0..<blockCount {
                let (first, last) = (listStarts[block], listEnds[block])
                let segments =
                  first < last
                  ? UnsafeBufferPointer(rebasing: listed[first..<last])
                  : UnsafeBufferPointer<ScheduleSegment>(start: nil, count: 0)
                body(
                  block,
                  Observation(
                    values: valueBase + block * columnCount,
                    logarithms: logBase + block * columnCount, count: columnCount,
                    segments: segments, groups: ownLists,
                    groupStarts: ownLists == nil
                      ? nil : groupStarts.baseAddress.unsafelyUnwrapped + block * 8))
              }
            }
          }
        }
      }
    }
  }
}

/// The compiled evaluation of one law's formula.
public struct LawKernel: Sendable {
  let predict: @Sendable (LaneTable, [Double], inout [Lanes]) -> Void
  /// Predicts every block and writes derivatives.
  ///
  /// `free` lists the parameters to differentiate; the derivative of block b with respect to
  /// free parameter j is written to position j · blocks + b.
  let differentiate: @Sendable (LaneTable, [Double], [Int], inout [Lanes], inout [Lanes]) -> Void
  let predictOne: @Sendable ([Double], [Double], [ScheduleSegment]) -> Double
}

extension LawKernel {
  /// Compiles a formula: generic code specialised for the concrete law and width.
  @inline(__always)
  init<Formula: Law, let K: Int>(_ law: Formula, width: Dual<K>.Type) {
    predict = { table, point, predictions in
      let parameters = point.map { Dual<0>(number: $0) }
      table.forEachBlock { block, observation in
        predictions[block] = law.predict(parameters.span, observation).value
      }
    }
    differentiate = { table, point, free, predictions, derivatives in
      let blocks = table.blockCount
      var position = [Int](repeating: -1, count: point.count)
      for (slot, parameter) in free.enumerated() { position[parameter] = slot }
      for pass in stride(from: 0, to: max(free.count, 1), by: K) {
        let parameters = point.indices.map { index in
          Dual<K>(
            parameter: point[index], slope: 1,
            at: position[index] < 0 ? -1 : position[index] - pass)
        }
        let slots = max(min(K, free.count - pass), 0)
        table.forEachBlock { block, observation in
          let result = law.predict(parameters.span, observation)
          predictions[block] = result.value
          for slot in 0..<slots {
            derivatives[(pass + slot) * blocks + block] = result.partials[slot]
          }
        }
      }
    }
    predictOne = { point, columns, segments in
      let parameters = point.map { Dual<0>(number: $0) }
      let values = columns.map { Lanes(repeating: $0) }
      let logarithms = columns.map { Lanes(repeating: Double.log($0)) }
      return values.withUnsafeBufferPointer { values in
        logarithms.withUnsafeBufferPointer { logs in
          segments.withUnsafeBufferPointer { segments in
            guard let valueBase = values.baseAddress, let logBase = logs.baseAddress else {
              return Double.nan
            }
            let observation = Observation(
              values: valueBase, logarithms: logBase, count: columns.count, segments: segments)
            return law.predict(parameters.span, observation).value[0]
          }
        }
      }
    }
  }
}

extension Law {
  /// Compiles the formula at the width that suits the number of parameters, and only at that:
  /// a second width would double the code of every law, and the time to compile it.
  public func makeKernel() -> LawKernel {
    Self.isWide
      ? LawKernel(self, width: Dual<8>.self) : LawKernel(self, width: Dual<5>.self)
  }

  /// The prediction for one observation, its columns in the card's order.
  public func prediction(
    _ point: [Double], at columns: [Double], segments: [ScheduleSegment] = []
  ) -> Double {
    makeKernel().predictOne(point, columns, segments)
  }

  /// The predictions for all rows of a table that holds the law's columns.
  public func predictions(_ point: [Double], on observations: Observations) -> [Double] {
    let observations = sumsOverSchedule ? observations.gatheringSchedules() : observations
    let table = LaneTable(
      observations: observations, columns: card.columns.map(\.name),
      rows: Array(0..<observations.count))
    var predictions = [Lanes](repeating: .zero, count: table.blockCount)
    makeKernel().predict(table, point, &predictions)
    var result = [Double](repeating: .nan, count: observations.count)
    for lane in table.rowOfLane.indices where table.isFilled[lane] {
      result[table.rowOfLane[lane]] = predictions[lane / 8][lane % 8]
    }
    return result
  }

  /// The derivatives of the prediction for one observation, its columns in the card's order, with
  /// respect to all parameters.
  public func gradient(
    _ point: [Double], at columns: [Double], segments: [ScheduleSegment] = []
  ) -> [Double] {
    var schedule = LearningRateSchedule(rates: [])
    schedule.segments = segments
    let names = card.columns.map(\.name)
    let observations = Observations(
      columns: Dictionary(
        zip(names, columns.map { [$0] }), uniquingKeysWith: { first, _ in first }),
      response: [1], schedules: [schedule], scheduleOfRow: [0])
    let table = LaneTable(observations: observations, columns: names, rows: [0])
    let free = Array(point.indices)
    var predictions = [Lanes.zero]
    var derivatives = [Lanes](repeating: .zero, count: free.count)
    makeKernel().differentiate(table, point, free, &predictions, &derivatives)
    return derivatives.map { $0[0] }
  }
}
