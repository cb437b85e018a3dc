internal import Verdicts

/// The runs of a study that are left, kept up to date outcome by outcome.
///
/// A plan says the same from scratch for any outcomes; this costs a look at the outcome alone.
struct OpenRuns {
  struct Entry {
    var job: Job
    /// The arithmetic of its steps.
    var operations: Double
    /// The same as work, in whatever the study is timed in.
    var work: Double
    var isRunning = false
    /// When to try again what another process had, and how long to wait after that.
    var notBefore = -Double.infinity
    var patience = 2.0
  }

  private let plan: StudyPlan
  private var stages: [StudyPlan.Stage]
  private(set) var outcomes: [RunIdentity: RunOutcome] = [:]
  /// The number of rows that are known, and of those with an outcome.
  private(set) var rows = 0
  private(set) var done = 0
  /// The work of all jobs that are left.
  private(set) var work = 0.0
  private let workOf: @Sendable (Job) -> Double
  private var rowsOfRun: [RunIdentity: Int] = [:]
  private var entries: [Int: Entry] = [:]
  private var entryOfRun: [RunIdentity: Int] = [:]
  /// Entries from the one with the most arithmetic down; some are gone already.
  private var order: [Int] = []
  private var made = 0

  init(_ plan: StudyPlan, work: @escaping @Sendable (Job) -> Double) throws {
    self.plan = plan
    workOf = work
    stages = try plan.stages()
    var known: [PlannedRun] = []
    for stage in stages { known += stage.sweep }
    add(known)
    try advance()
  }

  /// Whether every run has ended.
  var isEmpty: Bool { entries.isEmpty && stages.isEmpty }
  /// The runs that have not ended.
  var identities: [RunIdentity] { Array(entryOfRun.keys) }
  var isBusy: Bool { entries.contains { $0.value.isRunning } }

  subscript(number: Int) -> Entry? { entries[number] }

  /// The first jobs that may be tried now, in seconds on the board's clock; two at most.
  mutating func untried(_ now: Double) -> [Int] {
    if order.count > 32, order.count > 2 * entries.count { order.removeAll { entries[$0] == nil } }
    var found: [Int] = []
    for number in order {
      guard let entry = entries[number], !entry.isRunning, entry.notBefore <= now else { continue }
      found.append(number)
      if found.count == 2 { break }
    }
    return found
  }

  mutating func set(running: Bool, _ number: Int) { entries[number]?.isRunning = running }

  /// Another process has a job: it is tried again later, each time a little later.
  mutating func postpone(_ number: Int, _ now: Double) {
    guard var entry = entries[number] else { return }
    entry.notBefore = now + entry.patience
    entry.patience = min(1.5 * entry.patience, 10)
    entries[number] = entry
  }

  /// Takes in outcomes; those that are known already change nothing.
  mutating func learn(_ found: [RunIdentity: RunOutcome]) throws {
    var isNew = false
    for (run, outcome) in found where outcomes[run] == nil {
      outcomes[run] = outcome
      isNew = true
      done += rowsOfRun[run] ?? 0
      guard let number = entryOfRun.removeValue(forKey: run), var entry = entries[number] else {
        continue
      }
      work -= entry.work
      entry.job.runs.removeAll { $0.row.identity == run }
      guard !entry.job.runs.isEmpty else {
        entries[number] = nil
        continue
      }
      entry.operations = entry.job.operations
      entry.work = workOf(entry.job)
      work += entry.work
      entries[number] = entry
    }
    if isNew { try advance() }
  }

  /// Adds the runs of stages whose learning rate is known now.
  private mutating func advance() throws {
    var waiting: [StudyPlan.Stage] = []
    var known: [PlannedRun] = []
    for stage in stages {
      if let rate = plan.rate(of: stage, knowing: outcomes) {
        known += try plan.compared(stage, rate)
      } else {
        waiting.append(stage)
      }
    }
    guard waiting.count < stages.count else { return }
    stages = waiting
    add(known)
  }

  private mutating func add(_ known: [PlannedRun]) {
    var jobs: [String: [PlannedRun]] = [:]
    var trunks: [String] = []
    for run in known {
      let identity = run.row.identity
      rows += 1
      rowsOfRun[identity, default: 0] += 1
      if outcomes[identity] != nil { done += 1 }
      guard outcomes[identity] == nil, entryOfRun[identity] == nil else { continue }
      entryOfRun[identity] = -1
      if jobs[run.row.trunk] == nil { trunks.append(run.row.trunk) }
      jobs[run.row.trunk, default: []].append(run)
    }
    for trunk in trunks {
      guard let runs = jobs[trunk] else { continue }
      let job = Job(id: trunk, runs: runs.sorted { $0.row.branch < $1.row.branch })
      let entry = Entry(job: job, operations: job.operations, work: workOf(job))
      for run in runs { entryOfRun[run.row.identity] = made }
      work += entry.work
      entries[made] = entry
      order.append(made)
      made += 1
    }
    let sizes = entries.mapValues(\.operations)
    order = order.filter { sizes[$0] != nil }
      .sorted { (sizes[$0] ?? 0, $1) > (sizes[$1] ?? 0, $0) }
  }
}
