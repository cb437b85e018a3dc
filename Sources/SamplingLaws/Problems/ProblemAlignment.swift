internal import RunTables

/// The problems that several arms have in common, matched by label.
struct ProblemAlignment: Sendable {
  /// In the order of the first arm.
  let labels: [String]
  /// `[arm][common problem]`.
  let places: [[Int]]
  /// Problems of some arm that are not in all.
  let dropped: Int

  init(_ lists: [[String]]) throws(PlanningError) {
    guard let first = lists.first else { throw .tooFew("There is no arm.") }
    if lists.dropFirst().allSatisfy({ $0 == first }) {
      labels = first
      places = lists.map { Array($0.indices) }
      dropped = 0
    } else {
      let known = lists.dropFirst().map { list in
        Dictionary(zip(list, list.indices), uniquingKeysWith: { first, _ in first })
      }
      var labels: [String] = []
      var places = lists.map { _ in [Int]() }
      for (place, label) in first.enumerated() {
        let others = known.compactMap { $0[label] }
        guard others.count == known.count else { continue }
        labels.append(label)
        places[0].append(place)
        for (index, other) in others.enumerated() { places[index + 1].append(other) }
      }
      self.labels = labels
      self.places = places
      dropped = Set(lists.joined()).count - labels.count
    }
    if labels.isEmpty { throw .noCommonProblem }
  }

  var warnings: [String] {
    dropped == 0 ? [] : ["\(dropped) problems are not in every arm; left out."]
  }
}
