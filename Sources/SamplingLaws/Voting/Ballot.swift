internal import RunTables

/// What becomes of an attempt whose answer could not be read.
public enum UnparseableAnswers: String, Sendable, Hashable, Codable, CaseIterable {
  /// It costs a sample but casts no vote, as it cannot be returned; where nobody votes, the answer
  /// is wrong.
  case discard
  /// It votes for an answer of its own, which is wrong.
  case singleton
}

struct Ballot {
  /// −1 for attempts that do not vote.
  var classes: [Int32]
  var counts: [Int]
  var accuracy: [Double]
  var silent: Int

  init(_ arm: OutcomeArm, answers: [Int32], problem: Int, unparseable: UnparseableAnswers) {
    let rows = arm.rows(ofProblem: problem)
    classes = Array(answers[rows])
    var count = Int((classes.max() ?? -1) + 1)
    silent = 0
    for index in classes.indices where classes[index] < 0 {
      if unparseable == .singleton {
        classes[index] = Int32(count)
        count += 1
      } else {
        silent += 1
      }
    }
    counts = [Int](repeating: 0, count: count)
    accuracy = [Double](repeating: 0, count: count)
    for (index, row) in rows.enumerated() where classes[index] >= 0 {
      let answer = Int(classes[index])
      counts[answer] += 1
      // An answer that could not be read is wrong even if the table says otherwise.
      if answers[row] >= 0 { accuracy[answer] += Double(arm.correct[row]) }
    }
    for answer in counts.indices where counts[answer] > 0 {
      accuracy[answer] /= Double(counts[answer])
    }
  }

  var isConsistent: Bool { accuracy.allSatisfy { $0 == 0 || $0 == 1 } }

  /// The accuracy of a plurality of all attempts, ties broken uniformly; 0 where nobody votes.
  var modeAccuracy: Double {
    guard let most = counts.max(), most > 0 else { return 0 }
    let tied = counts.indices.filter { counts[$0] == most }
    return tied.reduce(0) { $0 + accuracy[$1] } / Double(tied.count)
  }
}
