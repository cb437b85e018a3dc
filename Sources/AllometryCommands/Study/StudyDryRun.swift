internal import Quantities
internal import Reports
internal import Store
internal import Studies
internal import Treatments
internal import Verdicts

/// What a study would train and how long that would take here.
struct StudyDryRun {
  /// One run.
  struct Run: Encodable {
    var run: String
    var arm: String
    var size: String
    var seed: UInt64
    var branch: Int
    var purpose: String
    var parameters: Int
    var activeParameters: Int
    var tokens: Int
    var learningRate: Double
    var flops: Double
    /// Seconds on one worker, the share of a trunk by its steps; nil if no speed was measured.
    var seconds: Double?
    var isDone: Bool
  }

  /// The whole.
  struct Total: Encodable {
    var schema = "allometry.study-dry-run/1"
    var workers: Int
    var note: String?
    /// What is said where the memory of this machine does not suffice.
    var memory: String?
    var runs: [Run]
    /// Runs whose learning rate is chosen only once others have ended.
    var runsStillUnknown: Int
    /// Arithmetic of all runs that are left, trunks counted once.
    var flops: Double
    /// Seconds of all that is left, with so many workers.
    var seconds: Double?
  }

  private let total: Total

  init(
    _ plan: StudyPlan, _ sizing: StudySizing, log: RunStore?, shortage: String?
  ) throws {
    let known = try log.map { try plan.outcomes(in: $0) } ?? [:]
    let runs = try plan.runs(knowing: known)
    let jobs =
      try known.isEmpty ? plan.jobsWithAllRates() : plan.jobs(knowing: known)
    total = Total(
      workers: sizing.workers, note: sizing.note, memory: shortage,
      runs: runs.map { run in
        let alone = Job(id: run.row.trunk, runs: [run])
        return Run(
          run: run.row.identity.description, arm: run.row.arm, size: run.row.size,
          seed: run.row.seed, branch: run.row.branch, purpose: run.row.purpose.rawValue,
          parameters: run.row.costs.parameters, activeParameters: run.row.costs.activeParameters,
          tokens: run.row.tokens, learningRate: run.row.learningRate, flops: run.row.compute,
          seconds: sizing.seconds(of: alone), isDone: run.row.outcome != nil)
      }, runsStillUnknown: plan.rowCount - runs.count,
      flops: jobs.reduce(0) { $0 + $1.operations }, seconds: sizing.seconds(of: jobs))
  }

  /// Prints the runs and the total.
  func print(json: Bool) throws {
    if json {
      Console.print(try jsonText(total))
      return
    }
    var table = TextTable(
      columns: [
        .init("arm"), .init("size"), .init("seed", alignment: .trailing),
        .init("params", alignment: .trailing), .init("active", alignment: .trailing),
        .init("tokens", alignment: .trailing), .init("rate", alignment: .trailing),
        .init("FLOPs", alignment: .trailing), .init("time", alignment: .trailing),
      ], widthLimit: Console.width)
    for run in total.runs {
      let time = run.isDone ? "done" : run.seconds.map { NumberFormat.duration($0) } ?? "?"
      table.rows.append([
        run.purpose == StudyRow.Purpose.comparison.rawValue ? run.arm : "\(run.arm) (sweep)",
        run.size, "\(run.seed)", NumberFormat.scale(Double(run.parameters)),
        NumberFormat.scale(Double(run.activeParameters)), NumberFormat.scale(Double(run.tokens)),
        NumberFormat.significant(run.learningRate, 3), NumberFormat.flops(run.flops), time,
      ])
    }
    Console.print(table.render(style: Console.isTerminal ? .ansi : .plain), terminator: "")
    var lines: [String] = []
    if let note = total.note { lines.append("Note: \(note).") }
    if let memory = total.memory { lines.append("Warning: \(memory).") }
    let done = total.runs.count { $0.isDone }
    let unknown =
      total.runsStillUnknown > 0
      ? ", and \(total.runsStillUnknown) whose learning rate is chosen from the sweeps" : ""
    lines.append(
      "\(total.runs.count) runs\(unknown); \(done) done. Left: \(NumberFormat.flops(total.flops)) FLOPs"
        + (total.seconds.map {
          ", about \(NumberFormat.duration($0)) with \(total.workers) side by side"
        } ?? "") + ".")
    for line in lines { Console.print(Console.wrap(line)) }
  }
}
