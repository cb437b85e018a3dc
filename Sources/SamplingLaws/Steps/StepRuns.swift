internal import Optimization
internal import RunTables

/// The attempts of a table of one row a step: how far each came without an error.
struct StepRuns: Sendable {
  struct Run: Sendable {
    var rows: Range<Int>
    /// The number of the step of its first error, or of its last step without one; from 1.
    var steps: Int32
    var failed: Bool
  }

  let byProblem: [[Run]]
  /// Runs that do not begin at the first step or leave some out.
  let incomplete: Int

  init(_ arm: OutcomeArm, threads: Int) throws(PlanningError) {
    guard let steps = arm.steps else { throw .missingColumn("step") }
    let numbers = arm.attemptNumbers
    let found = parallelMap(count: arm.problemCount, threads: threads) { problem -> ([Run], Int) in
      let rows = arm.rows(ofProblem: problem)
      var runs: [Run] = []
      var incomplete = 0
      var begin = rows.lowerBound
      steps.withUnsafeBufferPointer { steps in
        arm.correct.withUnsafeBufferPointer { correct in
          while begin < rows.upperBound {
            var end = begin + 1
            while end < rows.upperBound,
              numbers.map({ $0[end] == $0[begin] }) ?? (steps[end] > steps[end - 1])
            {
              end += 1
            }
            if Int(steps[end - 1]) != end - begin - 1 { incomplete += 1 }
            var first = begin
            while first < end, correct[first] == 1 { first += 1 }
            let failed = first < end
            runs.append(
              Run(
                rows: begin..<end, steps: steps[failed ? first : end - 1] + 1, failed: failed))
            begin = end
          }
        }
      }
      return (runs, incomplete)
    }
    byProblem = found.map(\.0)
    incomplete = found.reduce(0) { $0 + $1.1 }
  }

  var count: Int { byProblem.reduce(0) { $0 + $1.count } }

  func lastStep(_ steps: [Int32]) -> Int {
    byProblem.lazy.joined().reduce(0) { max($0, Int(steps[$1.rows.upperBound - 1]) + 1) }
  }
}
