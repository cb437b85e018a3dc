import Studies
import Tensors
import Training
import Verdicts

/// A study that trains in a moment: a Markov language, models of a few thousand parameters.
enum TinyStudy {
  static func file(
    ladder: String = "{sizes: [1x16, 2x16], tokens: 4096, seeds: 2}",
    recipe: String = "{batch: 4, learning-rate: 0.02, evaluation-tokens: 2048}",
    treatments: String = "[qk-norm]"
  ) throws -> StudyFile {
    try StudyFile(
      text: """
        corpus: {language: markov, knobs: {tokens: 8, order: 1}}
        model: {context: 32}
        ladder: \(ladder)
        recipe: \(recipe)
        treatments: \(treatments)
        """, name: "tiny.yaml")
  }

  static func plan(_ file: StudyFile) throws -> (plan: StudyPlan, data: Dataset) {
    let data = try Dataset(file.corpus)
    let sizer = try StudySizer(file, data: data, workers: 2)
    return (try sizer.plan(try sizer.settle(budget: nil, measures: false)), data)
  }

  /// Runs a study in memory and returns its rows with outcomes, times left out.
  static func rows(
    _ file: StudyFile, workers: Int, log: any RunLog, folder: String,
    stop: StopRequest = StopRequest(), report: (StudyProgress) throws -> Void = { _ in }
  ) throws -> (rows: [StudyRow], isWhole: Bool) {
    let (plan, data) = try plan(file)
    let isWhole = try LocalExecutor(workers: workers, folder: folder)
      .run(plan, data: data, log: log, stop: stop, report: report)
    return (try rows(of: plan, in: log), isWhole)
  }

  static func rows(of plan: StudyPlan, in log: any RunLog) throws -> [StudyRow] {
    let known = try plan.outcomes(in: log)
    return try plan.runs(knowing: known).map { run in
      var row = run.row
      // What the clock says differs from run to run.
      row.outcome?.seconds = 0
      row.outcome?.tokensPerSecond = 0
      row.outcome?.ended = 0
      return row
    }
  }
}
