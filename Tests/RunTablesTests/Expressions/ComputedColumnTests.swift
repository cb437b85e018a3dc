import RunTables
import Testing

@Suite struct ComputedColumnTests {
  private static let text = """
    run,step,N,acc,width
    a,100,1e9,0.25,64
    a,200,1e9,0.5,64
    b,100,2e9,,128
    b,200,2e9,1,128
    """

  private func table(
    _ computed: [String], map: String? = nil, text: String = text
  ) throws -> RunTable {
    var options = TableOptions()
    options.computed = try computed.map { try ComputedColumn.parse($0) }
    options.map = try map.map { try ColumnMap.parse($0) }
    return try RunTable.parse(text, source: "runs.csv", options: options)
  }

  /// NaN stands for a missing value.
  private func same(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
  }

  @Test(arguments: [
    ("x=1-acc", [0.75, 0.5, .nan, 0]), ("x = min(acc, 0.4)", [0.25, 0.4, .nan, 0.4]),
    ("x=max(width, 100, step)", [100, 200, 128, 200]), ("x=step % 150", [100, 50, 100, 50]),
    ("x=-7 % 3", [2, 2, 2, 2]), ("x=7.5 % 2", [1.5, 1.5, 1.5, 1.5]),
    ("x=floor(step/150)+ceil(0.2)+round(1.6)", [3, 4, 3, 4]),
    ("x=acc>=0.5", [0, 1, 0, 1]),
    ("x=sqrt(width)", [8, 8, 128.0.squareRoot(), 128.0.squareRoot()]),
    ("\"x\"=2^acc", [1.189207115002721, 1.4142135623730951, .nan, 2]),
  ])
  func values(expression: String, expected: [Double]) throws {
    #expect(same(try table([expression]).numbers("x"), expected))
  }

  /// A later column reads an earlier one, a map reads a computed one, a filter both.
  @Test func columnsBuildOnEachOther() throws {
    let found = try table(["err=1-acc", "twice=2*loss"], map: "loss=err,scale=N")
    #expect(same(try found.numbers("twice"), [1.5, 1, .nan, 0]))
    #expect(found.hasColumn("scale") && found.hasColumn("loss"))
    #expect(try found.filtered(by: "loss<0.6 && step % 200 == 0").rowCount == 2)
    #expect(found.notes.contains("err = 1-acc, as asked"))
  }

  /// A computed column takes the place of one of the file, which is kept and stays readable.
  @Test func theFilesOwnColumnIsKept() throws {
    let found = try table(["N=N+width"])
    #expect(try found.numbers("N") == [1e9 + 64, 1e9 + 64, 2e9 + 128, 2e9 + 128])
    #expect(try found.numbers("N.original") == [1e9, 1e9, 2e9, 2e9])
    let renamed = try table(["N=2*params"], text: "params,D\n3,4\n")
    #expect(try renamed.numbers("N") == [6])
    #expect(try renamed.numbers("params") == [3], "the file's name means the file's column")
  }

  /// What follows from two of N, D and C is there, and is not computed from the column it replaces.
  @Test func derivedComputeMayBeRead() throws {
    let found = try table(["x=log10(C)"], text: "N,D\n1e9,1e9\n")
    #expect(abs(try found.numbers("x")[0] - 18.778151250383644) < 1e-12)
    #expect(!found.hasColumn("C"))
    let corrected = try table(["N=N+1e9"], text: "N,D\n1e9,1e9\n").derivingCompute()
    #expect(try corrected.numbers("C") == [1.2e19])
  }

  @Test func lostValuesAreNoted() throws {
    let found = try table(["x=log(0.4-acc)"])
    let note = "x = log(0.4-acc), as asked; it has no value in 2 of 4 rows (first on line 3)"
    #expect(found.notes.contains(note), "\(found.notes)")
  }

  @Test(arguments: [
    ("x", "NAME=EXPRESSION"), ("=3", "the name of the new column"), ("x=", "an expression"),
    ("x==3", "one '='"), ("x=acd+1", "a column of runs.csv"),
    ("x=min(3)", "',' and a second value"),
    ("x=1 2", "an operator or the end of the expression"), ("x=run", "a number"),
    ("x=min(1,2", "',' or ')'"), ("x=1,2", "an operator"),
  ])
  func mistakes(expression: String, expected: String) {
    let text = message { _ = try table([expression]) }
    #expect(text?.contains(expected) == true, "\(text ?? "no error")")
  }
}

@Suite struct AveragingTests {
  private func table(_ text: String) throws -> RunTable {
    try plain(text).derivingCompute()
  }

  /// Measured columns are averaged, counters and text are those of the last row.
  @Test func theEndOfEachRun() throws {
    let found = try table(
      """
      run,step,N,D,loss,acc,note,hours
      b,1,1e9,1e9,5,0.1,x,1
      b,3,1e9,3e9,3,0.5,z,3
      b,2,1e9,2e9,4,0.25,y,2
      a,1,2e9,1e9,9,0.9,w,1
      """
    ).averagingLast(2)
    #expect(try found.texts("run") == ["b", "a"])
    #expect(try found.numbers("loss") == [3.5, 9])
    #expect(try found.numbers("acc") == [0.375, 0.9])
    #expect(try found.numbers("D") == [3e9, 1e9])
    #expect(try found.numbers("C") == [18e18, 12e18])
    #expect(try found.numbers("hours") == [3, 1], "a clock counts, it is not averaged")
    #expect(try found.texts("note") == ["z", "w"])
    #expect(found.lineNumbers == [3, 5])
    #expect(found.notes.contains { $0.contains("1 of 2 runs have fewer than 2 rows") })
  }

  /// Training and evaluation interleave: the last values that are there count.
  @Test func interleavedLogs() throws {
    let found = try table(
      """
      run,step,train,eval
      a,1,4,
      a,2,,3.5
      a,3,3.75,
      a,4,,2.5
      a,5,3,
      """
    ).averagingLast(2)
    #expect(try found.numbers("eval") == [3])
    #expect(try found.numbers("train") == [3.375])
    #expect(try found.numbers("step") == [5])
  }

  @Test func aTableWithoutRuns() {
    let text = message { _ = try plain("step,loss\n1,2\n").averagingLast(3) }
    #expect(text?.contains("expected a column run that names the run of each row") == true)
  }
}
