/// The keys of the arms of a table, without columns that turn out to tell no arms apart.
struct ArmKeys {
  private(set) var columns: [String]
  private(set) var keys: [[String]]
  private(set) var kinds: [RowKind]
  /// `[worker][label]`: the arm.
  private(set) var maps: [[Int32]]
  private(set) var notes: [String] = []
  /// Parts that were not asked for and tell nothing apart.
  private(set) var unused: [String] = []

  /// Takes the keys apart, and leaves out the kind of rows and gradings of which there is one.
  init(_ merged: (labels: LabelInterner, maps: [[Int32]]), _ schema: OutcomeSchema) {
    columns = schema.armColumns
    maps = merged.maps
    keys = (0..<merged.labels.count).map {
      merged.labels.withLabel($0, OutcomeWorker.parts(ofArm:))
    }
    // A table without columns of arms has one.
    if columns.isEmpty { keys = [[]] }
    kinds = keys.map { _ in .sample }
    if let place = columns.firstIndex(of: OutcomeColumn.kindColumn),
      !schema.named.contains(OutcomeColumn.kindColumn)
    {
      let words = keys.map { RowKind(rawValue: $0[place]) }
      if words.allSatisfy({ $0 != nil }) {
        kinds = words.map { $0 ?? .sample }
        if !wouldMerge(without: place) { drop(place) }
      }
    }
    for name in OutcomeColumn.gradingColumns where !schema.named.contains(name) {
      guard let place = columns.firstIndex(of: name) else { continue }
      let words = Set(keys.map { $0[place] })
      if words.count < 2 {
        drop(place)
      } else {
        notes.append(
          "column \(name) tells \(words.count) gradings of the attempts apart: each is an arm")
      }
    }
    dropSoft(schema)
  }

  /// Leaves out columns of arms that were not asked for and tell nothing apart, or too much.
  private mutating func dropSoft(_ schema: OutcomeSchema) {
    for name in schema.softArms.sorted() {
      guard let place = columns.firstIndex(of: name) else { continue }
      let count = Set(keys.map { $0[place] }).count
      let shown = schema.softColumns[name]?.name ?? name
      if count < 2 || !wouldMerge(without: place) {
        drop(place)
        unused.append(name)
      } else if count > 50 {
        drop(place)
        notes.append(
          "column \(shown) has \(count) values, whose attempts are pooled (--by \(shown) makes arms of them)"
        )
      } else {
        notes.append("column \(shown) has \(count) values: each is an arm")
      }
    }
  }

  private func wouldMerge(without place: Int) -> Bool {
    Set(keys.map { Self.without(place, $0) }).count < keys.count
  }

  private static func without(_ place: Int, _ key: [String]) -> [String] {
    var key = key
    key.remove(at: place)
    return key
  }

  /// Leaves out a part of the keys; arms that then have the same become one.
  private mutating func drop(_ place: Int) {
    columns.remove(at: place)
    var known: [[String]: Int32] = [:]
    var new: [Int32] = []
    var kept: (keys: [[String]], kinds: [RowKind]) = ([], [])
    for (key, kind) in zip(keys, kinds) {
      let short = Self.without(place, key)
      if let same = known[short] {
        new.append(same)
      } else {
        known[short] = Int32(kept.keys.count)
        new.append(Int32(kept.keys.count))
        kept.keys.append(short)
        kept.kinds.append(kind)
      }
    }
    (keys, kinds) = kept
    for worker in maps.indices { maps[worker] = maps[worker].map { new[Int($0)] } }
  }

  struct Levels {
    fileprivate var labels: [String]
    fileprivate var ofPair: [UInt64: Int32]

    func level(ofProblem problem: Int, arm: Int) -> String {
      ofPair[ArmKeys.pair(arm, problem)].map { labels[Int($0)] } ?? ""
    }
  }

  fileprivate static func pair(_ arm: Int, _ problem: Int) -> UInt64 {
    UInt64(arm) << 32 | UInt64(problem)
  }

  /// Takes `level` for a property of problems, unless a problem was tried at several levels or the
  /// user named it; nil where it stays a part of keys.
  mutating func takeLevels(
    from result: OutcomeReading.Result, problems: [[Int32]], _ schema: OutcomeSchema
  ) -> Levels? {
    guard let place = columns.firstIndex(of: "level"), !schema.named.contains("level") else {
      return nil
    }
    var short = self
    short.drop(place)
    let words = keys.map { $0[place] }
    let labels = Array(Set(words)).sorted()
    let number = Dictionary(zip(labels, 0...)) { first, _ in first }
    let levelOfArm = words.map { Int32(number[$0] ?? 0) }
    var levels = Levels(labels: labels, ofPair: [:])
    for block in result.blocks {
      guard let column = block.arm else { continue }
      let (own, ours) = (maps[block.worker], short.maps[block.worker])
      var last: (pair: UInt64, level: Int32) = (.max, 0)
      for row in 0..<block.rows {
        let arm = Int(column.base[row])
        let problem = Int(problems[block.worker][Int(block.problem.base[row])])
        let pair = Self.pair(Int(ours[arm]), problem)
        let level = levelOfArm[Int(own[arm])]
        if (pair, level) == last { continue }
        if let known = levels.ofPair[pair], known != level { return nil }
        levels.ofPair[pair] = level
        last = (pair, level)
      }
    }
    // One level for all says nothing of problems, and little of arms.
    guard labels.count > 1 else { return nil }
    self = short
    if schema.contains(.stratum) {
      notes.append(
        "column level is not used: no problem has two, and \(schema.name(of: .stratum)) is the stratum "
          + "(--map stratum=level takes level)")
      return nil
    }
    notes.append(
      "column level read as the stratum, since no problem has two (--by level makes arms of it)")
    return levels
  }
}
