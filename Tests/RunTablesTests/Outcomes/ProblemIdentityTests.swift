import RunTables
import Testing

/// Whether rows with one name of a problem, or without a name of an arm, belong together.
@Suite struct ProblemIdentityTests {
  @Test(arguments: [
    "dataset", "benchmark", "task", "subject", "split", "data_source", "year", "subset",
  ])
  func namesThatComeAgainInAnotherSet(_ column: String) throws {
    let text = "\(column),problem_id,correct\nx,0,1\nx,0,0\nx,1,1\ny,0,0\ny,0,0\ny,2,1\n"
    for bytes in [1 << 20, 4] {
      let table = try OutcomeTable.parse(
        text, source: "a.csv", options: OutcomeOptions(blockBytes: bytes, threads: 2))
      #expect(table.arms[0].problems == ["x/0", "x/1", "y/0", "y/2"])
      #expect(table.arms[0].correct == [1, 0, 1, 0, 0, 1])
      #expect(
        table.notes.contains {
          $0.hasPrefix("1 problem of one name stands for several, which \(column) tells apart")
        })
    }
    // Where no name comes again, names stay as they are.
    let unique = try oneArm("\(column),problem_id,correct\nx,0,1\nx,1,0\ny,2,1\n")
    #expect(unique.problems == ["0", "1", "2"])
    // Arms by the column are the user's.
    let arms = try OutcomeTable.parse(text, source: "a.csv", options: OutcomeOptions(by: [column]))
    #expect(arms.arms.map(\.problems) == [["0", "1"], ["0", "2"]])
  }

  @Test(arguments: ["doc_hash", "question", "doc.question"])
  func namesThatSaySeveralThings(_ column: String) throws {
    let table = try OutcomeTable.parse(
      "doc_id,\(column),correct\n0,p,1\n1,q,1\n0,r,0\n1,s,0\n0,p,0\n", source: "a.csv")
    #expect(table.arms[0].problems == ["0", "1", "0 (2)", "1 (2)"])
    #expect(table.arms[0].correct == [1, 0, 1, 0, 0])
  }

  @Test func targetsThatDifferAreSaid() throws {
    let table = try OutcomeTable.parse("doc_id,target,correct\n0,3,1\n0,4,1\n", source: "a.csv")
    #expect(table.notes.contains { $0.contains("has several values of target") })
  }

  @Test func repeatsNameTheColumnThatMends() {
    let text = "doc_id,attempt,seed,correct\n0,0,1,1\n0,0,2,0\n"
    #expect(
      message { _ = try OutcomeTable.parse(text, source: "a.csv") }?.contains(
        "--by seed makes arms of them, and --map problem=COLUMN") == true)
  }

  @Test(arguments: [
    "model_name", "model_id", "checkpoint", "policy", "method", "temperature", "prompt_template",
  ])
  func whatAttemptsWereMadeWithIsAnArm(_ column: String) throws {
    let table = try OutcomeTable.parse(
      "\(column),problem,correct\nx,a,1\ny,a,0\nx,b,1\ny,b,0\n", source: "a.csv")
    #expect(table.arms.map(\.key) == [["x"], ["y"]])
    #expect(table.arms.map(\.correct) == [[1, 1], [0, 0]])
    #expect(table.notes.contains("column \(column) has 2 values: each is an arm"))
    // One value tells nothing apart.
    let one = try OutcomeTable.parse("\(column),problem,correct\nx,a,1\nx,b,0\n", source: "a.csv")
    #expect(one.armColumns.isEmpty && one.notes == ["column not used: \(column)"])
  }

  @Test func whatTellsTheSameArmsApartIsLeftOut() throws {
    let table = try OutcomeTable.parse(
      "model,checkpoint,problem,correct\nm,m/last,a,1\nn,n/last,a,0\n", source: "a.csv")
    #expect(table.armColumns == ["model"])
  }

  @Test func whatIsPooledIsSaid() throws {
    let table = try OutcomeTable.parse(
      "run,problem,correct\nr1,a,1\nr1,b,1\nr2,a,0\nr2,b,0\n", source: "a.csv")
    #expect(
      table.notes.contains(
        "column run has 2 values, whose attempts are pooled (--by run makes arms of them)"))
  }
}
