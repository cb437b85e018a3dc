import Foundation
import Testing

/// Options that cannot be obeyed: status 64 and one sentence that says what would be.
@Suite struct BadOptionTests {
  static let cases: [(arguments: [String], sentence: String)] = [
    (["--law", "chinchila"], "no law is called \"chinchila\"; did you mean \"chinchilla\"?"),
    (["--law", ""], "--law: found nothing, expected a value"),
    (["--by", ","], "--by: found \",\", expected the name of a column"),
    (["--law", "isoflop,power"], "isoflop is a procedure, not a law of rows"),
    (["--law", "power", "--set", "y=3"], "law power has no setting \"y\": its settings are x"),
    (["--law", "power", "--set", "y"], "--set: found \"y\", expected NAME=VALUE"),
    (["--law", "chinchilla", "--fix", "gamma=1"], "no parameter \"gamma\": its parameters are E"),
    (["--fix", "alpha"], "--fix: found \"alpha\", expected NAME=VALUE"),
    (["--fix", "alpha=much"], "--fix: found \"much\", expected a number"),
    (["--start", "alpha="], "--start: found \"\", expected a number"),
    (["--bounds", "alpha=3:1"], "--bounds: found \"3:1\", expected LOW:HIGH"),
    (["--objective", "hubr"], "--objective: found \"hubr\", expected huber-log"),
    (["--interval", "bayes"], "--interval: found \"bayes\", expected one of automatic"),
    (["--level", "2"], "--level: found 2.0, expected a number between 0 and 1"),
    (["--resamples", "-1"], "--resamples: found -1, expected a number from 0"),
    (["--threads", "0"], "--threads: found 0, expected at least 1"),
    (["--delta", "0"], "--delta: found 0.0, expected a positive number"),
    (["--warmup", "-3"], "--warmup: found -3, expected a number of steps"),
    (["--where", "N<="], "filter \"N<=\": character 4: found the end of the filter"),
    (["--where", "losss<3"], "found \"losss\", expected a column of runs.csv; did you mean loss?"),
    (["--map", "N=params"], "expected a column params to be read as N"),
    (["--map", "N"], "map \"N\": character 2: found the end of the text, expected '='"),
    (["--by", "family"], "runs.csv: found columns N, D, loss, C, expected a column family"),
    (["--format", "xml"], "--format: found \"xml\", expected one of csv"),
    (["--delimiter", "ab"], "--delimiter: found \"ab\", expected one character"),
    (["--compute", "1e22"], "--compute is the budget of the report's plan"),
    (["--compute", "-1", "--report", "r.html"], "--compute: found -1, expected a positive number"),
    (["--law", "isoflop", "--report", "r.html"], "--report shows laws of rows"),
    (
      ["--law", "isoflop", "--set", "valley=deep"],
      "expected valley=local, valley=parabola, valley=akima"
    ),
  ]

  @Test(arguments: cases.indices)
  func badOptions(index: Int) async throws {
    let (arguments, sentence) = Self.cases[index]
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
    let outcome = try await workspace.run(["fit", "runs.csv"] + arguments)
    expectOneSentence(outcome, status: 64, containing: sentence)
    #expect(try workspace.files == ["runs.csv"])
  }

  @Test func aFilterThatKeepsNothingIsBadData() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
    expectOneSentence(
      try await workspace.run("fit", "runs.csv", "--where", "N<3"), status: 65,
      containing: "runs.csv: no row is left by --where 'N<3'")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full"))
  func aFullDiskHasStatus74() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
    for arguments in [["laws"], ["fit", "runs.csv", "--json"] + FitCommandTests.quick] {
      expectOneSentence(
        try await workspace.run(arguments, output: "/dev/full"), status: 74,
        containing: "standard output cannot be written")
    }
  }
}
