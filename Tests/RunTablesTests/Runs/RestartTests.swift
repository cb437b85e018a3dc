import RunTables
import Testing

/// Steps that a run logged again after a restart.
@Suite struct RestartTests {
  /// Steps of 10 to 150, then 110 to 300 after a restart; the first time 0.8 too high.
  private func log(_ header: String, _ row: (Int, Double) -> String) -> String {
    let first = stride(from: 10, through: 150, by: 10).map { row($0, $0 >= 110 ? 3.8 : 3) }
    let second = stride(from: 110, through: 300, by: 10).map { row($0, 3) }
    return ([header] + first + second).joined(separator: "\n") + "\n"
  }

  /// Of a tracker's CSV of one run, and of tables that name their runs.
  @Test(arguments: ["tensorboard", "named", "mapped", "host", "evaluations"])
  func theLaterRowCounts(form: String) throws {
    var map: ColumnMap?
    let text: String
    switch form {
    case "tensorboard":
      text = log("Wall time,Step,loss") { step, loss in "17\(step).5,\(step),\(loss)" }
    case "mapped":
      text = log("Wall time,Step,Value") { step, loss in "17\(step).5,\(step),\(loss)" }
      map = try ColumnMap.parse("N=Step,loss=Value")
    case "host":
      var seen: Set<Int> = []
      text = log("run,hostname,_step,loss") { step, loss in
        "a,\(seen.insert(step).inserted && step <= 150 ? "node1" : "node2"),\(step),\(loss)"
      }
    case "evaluations":
      // Between the losses stand rows of another metric, at the same steps.
      text = log("run,step,loss,acc") { step, loss in "a,\(step),\(loss),\na,\(step),,0.5" }
    default: text = log("run,step,lr,loss") { step, loss in "a,\(step),0.01,\(loss)" }
    }
    let table = try RunTable.parse(text, source: "log.csv", options: .init(map: map))
    let once = try table.keepingLaterSteps()
    #expect(table.rowCount - once.rowCount == 5)
    #expect(try once.numbers("loss").allSatisfy { $0 == 3 || $0.isNaN })
    #expect(
      once.notes.last?.hasPrefix("5 steps of ") == true
        && once.notes.last?.contains("logged again after a restart") == true)
  }

  @Test func aRunFromTheStartIsKnownByItsName() throws {
    let named = try plain("run,step,loss\na,1,5\na,2,4\na,3,3.5\na,1,3\na,3,2\nb,1,1\n")
    #expect(try named.keepingLaterSteps().numbers("loss") == [4, 3, 2, 1])
    let unnamed = try plain("step,loss\n1,5\n2,4\n1,3\n2,2\n")
    #expect(try unnamed.keepingLaterSteps().rowCount == 4)
  }

  /// What is not a restart: other sizes, seeds, arms; one row a run; rows without a name.
  @Test(arguments: [
    "run,N,step,loss\na,1,10,5\na,1,20,4\na,2,10,3\na,2,20,2\n",
    "run,seed,step,loss\na,1,10,5\na,1,20,4\na,2,10,3\na,2,20,2\n",
    "arm,run,step,loss\nx,a,10,5\nx,a,20,4\ny,a,10,3\ny,a,20,2\n",
    "N,step,loss\n1,10,5\n1,20,4\n2,15,3.5\n2,20,2\n",
    "run,step,loss\na,100,5\nb,100,4\nc,100,3\n", "N,step,loss\n3,100,5\n2,100,4\n1,100,3\n",
    "run,step,loss\n,10,5\n,20,4\n,10,3\n,20,2\n",
  ])
  func othersStay(text: String) throws {
    let table = try plain(text)
    #expect(try table.keepingLaterSteps().rowCount == table.rowCount)
  }

  /// Rows that end before what they would replace may be the earlier ones, unless a time tells.
  /// The ends of runs of other batches count other steps: equal ones are no restart.
  @Test func runsOfOtherBatchesAreKept() throws {
    var rows = ["N,D,step,loss"]
    for (batch, losses) in [(1, [3.4, 3.2, 3.1, 3.0]), (2, [3.3, 3.1, 3.0, 2.9])] {
      for (index, loss) in losses.enumerated() {
        let step = 100 << index
        rows.append("1e8,\(Double(step * batch) * 1e6),\(step),\(loss)")
      }
    }
    let table = try RunTable.parse(rows.joined(separator: "\n") + "\n", source: "final.csv")
    #expect(try table.keepingLaterSteps().rowCount == 8)
  }

  @Test func unknownOrder() throws {
    let rows = [(1, 5), (2, 4), (3, 3), (4, 2), (2, 9), (3, 9)]
    let bare = try plain("run,step,loss\n" + rows.map { "a,\($0.0),\($0.1)\n" }.joined())
    #expect(
      message { _ = try bare.keepingLaterSteps() }
        == "runs.csv:6: column step: found step 2 again (first on line 3), expected each step once, "
        + "or a log in the order in which it was written; --keep-duplicates keeps both")
    let timed = try plain(
      "run,step,loss,_timestamp\n"
        + rows.enumerated().map { "a,\($0.element.0),\($0.element.1),\($0.offset)\n" }.joined())
    #expect(try timed.keepingLaterSteps().numbers("loss") == [5, 2, 9, 9])
  }

  @Test func severalRestarts() throws {
    let table = try plain(
      "run,step,loss\na,1,9\na,2,8\na,3,7\na,2,6\na,3,5\na,4,4\na,3,3\na,4,2\nb,1,1\nb,2,1\n")
    let once = try table.keepingLaterSteps()
    #expect(try once.numbers("step") == [1, 2, 3, 4, 1, 2])
    #expect(try once.numbers("loss") == [9, 6, 3, 2, 1, 1])
  }
}
