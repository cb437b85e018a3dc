internal import ArgumentParser
internal import Quantities
internal import Reports
internal import ScalingLaws

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

struct ChooseSparsityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sparsity",
    abstract: "How many parameters a mixture of experts should have, and how many active.",
    usage: "allometry choose sparsity --compute <FLOPs> [<options>]",
    discussion: """
      Training costs 6 N D with N the active parameters; idle ones cost memory. By
      the law joint-moe the best active size and tokens for each number of experts,
      by sparse-moe for each total size, and which of those that fit into --memory
      loses least. With a saved fit its coefficients and refits are used, else those that
      arXiv:2502.05172 prints for joint-moe; --totals asks sparse-moe instead, by the
      coefficients of arXiv:2501.12370.

      Examples:
        allometry choose sparsity --compute 1e22
        allometry choose sparsity --compute 1e22 --memory 80G --cache 16384
        allometry choose sparsity --compute 1e21 --fit joint.json --experts 1,8,64
        allometry choose sparsity --compute 1e21 --totals 2B,8B,32B
      """)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Training FLOPs, 6 N D with N active.", valueName: "FLOPs"))
  var compute: String

  @Option(help: ArgumentHelp("A saved fit of joint-moe or sparse-moe.", valueName: "fit.json"))
  var fit: String?

  @Option(help: ArgumentHelp("The numbers of experts, of joint-moe.", valueName: "values"))
  var experts: String?

  @Option(help: ArgumentHelp("The total sizes, of sparse-moe.", valueName: "parameters"))
  var totals: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Bytes that weights and cache must fit into: 80G.", valueName: "bytes"))
  var memory: String?

  @Option(parsing: .unconditional, help: "Bytes of a parameter and of a number of the cache.")
  var bytesPerParameter: Double = 2

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Tokens in the cache of keys and values, of joint-moe.", valueName: "tokens")
  )
  var cache: String?

  @Option(parsing: .unconditional, help: "The vocabulary, of joint-moe.")
  var vocabulary: Double = 50_257

  @Option(parsing: .unconditional, help: "Width over number of blocks, of joint-moe.")
  var aspect: Double = 64

  @Flag(help: "Print JSON (schema allometry.sparsity/1).")
  var json = false

  private struct Answer: Encodable {
    struct Choice: Encodable {
      var experts: Double?
      var active: Estimated
      var total: Estimated
      var tokens: Estimated
      var loss: Estimated
      var memory: Double
      var isBoundByMemory: Bool
      var fits: Bool
    }
    var schema = "allometry.sparsity/1"
    var law: String
    var source: String
    var compute: Double
    var choices: [Choice]
    /// The position of the choice that fits and loses least; absent where none fits.
    var best: Int?
    var warnings: [String]
  }

  func run() throws {
    try reportingFailure {
      let budget = try NameList.positive(compute, option: "--compute")
      try OptionCheck.positive(bytesPerParameter, option: "--bytes-per-parameter")
      try OptionCheck.positive(vocabulary, option: "--vocabulary")
      try OptionCheck.positive(aspect, option: "--aspect")
      let saved = try fit.map { try SavedFitArguments.load($0) }
      let published: any Law = totals == nil ? JointMoE(saturates: true) : SparseMoE() as any Law
      let law = saved?.law ?? published
      let bytes = try memory.map { try NameList.positive($0, option: "--memory") }
      var answer: Answer
      switch law {
      case let joint as JointMoE: answer = try choose(joint, saved, budget: budget, bytes: bytes)
      case let sparse as SparseMoE: answer = try choose(sparse, saved, budget: budget, bytes: bytes)
      default:
        throw CommandFailure(
          .usage,
          "--fit: found a fit of \(law.name), expected one of joint-moe or sparse-moe")
      }
      answer.best = answer.choices.indices.filter { answer.choices[$0].fits }
        .min { answer.choices[$0].loss.value < answer.choices[$1].loss.value }
      if json { try Console.print(json: answer) } else { print(answer, bytes: bytes) }
    }
  }

  /// A plan with the intervals of a saved fit, or without any.
  private func choice(
    _ best: ExpertPlan, _ saved: SavedFit?, bytes: Double?, _ plan: ([Double]) -> ExpertPlan?
  ) -> Answer.Choice {
    func values(_ plan: ExpertPlan?) -> [Double] {
      plan.map { [$0.active, $0.total, $0.tokens, $0.loss] }
        ?? [Double](repeating: .nan, count: 4)
    }
    let all =
      saved?.derivedTogether { values(plan($0)) } ?? values(best).map { Estimated(value: $0) }
    return Answer.Choice(
      experts: best.experts, active: all[0], total: all[1], tokens: all[2], loss: all[3],
      memory: best.memory, isBoundByMemory: best.isBoundByMemory,
      fits: bytes.map { best.memory <= $0 * (1 + 1e-9) } ?? true)
  }

  private func choose(
    _ law: JointMoE, _ saved: SavedFit?, budget: Double, bytes: Double?
  ) throws -> Answer {
    if totals != nil {
      throw CommandFailure(
        .usage, "--totals is for sparse-moe; by joint-moe totals follow from --experts")
    }
    let counts = try NumberList.positive(experts ?? "1,2,4,8,16,32", option: "--experts")
    guard counts.allSatisfy({ $0 >= 1 }) else {
      throw CommandFailure(
        .usage, "--experts: found \"\(experts ?? "")\", expected numbers of 1 or more")
    }
    let cached = try cache.map { try NameList.positive($0, option: "--cache") } ?? 0
    let shape = ExpertPlan.Shape(vocabulary: vocabulary, aspect: aspect)
    let limit = ExpertPlan.Memory(
      bytes: bytes ?? .infinity, bytesPerParameter: bytesPerParameter, cacheTokens: cached)
    let choices = try counts.map { count -> Answer.Choice in
      func plan(_ point: [Double]) -> ExpertPlan? {
        law.plan(compute: budget, experts: count, point: point, shape: shape, memory: limit)
      }
      guard let best = plan(saved?.estimate ?? JointMoE.published) else {
        throw CommandFailure(
          .usage,
          "--memory: found \(memory ?? ""), in which no model of \(NumberFormat.significant(count, 6)) experts fits; expected more"
        )
      }
      return choice(best, saved, bytes: bytes, plan)
    }
    return Answer(
      law: law.name, source: fit ?? "the coefficients of arXiv:2502.05172", compute: budget,
      choices: choices, warnings: warnings(saved, of: choices, seen: ["experts": 1...32]))
  }

  private func choose(
    _ law: SparseMoE, _ saved: SavedFit?, budget: Double, bytes: Double?
  ) throws -> Answer {
    if experts != nil || cache != nil {
      throw CommandFailure(
        .usage, "--experts and --cache are for joint-moe; sparse-moe knows --totals only")
    }
    let range = saved?.ranges["total"] ?? 5e8...3e10
    let sizes =
      try totals.map { try NumberList.positive($0, option: "--totals") }
      ?? (0..<6).map { step in
        let ratio = range.upperBound / range.lowerBound
        return range.lowerBound * pow(ratio, Double(step) / 5)
      }
    let share = saved.flatMap { saved -> Double? in
      guard let active = saved.ranges["N"], let total = saved.ranges["total"] else { return nil }
      return min(active.lowerBound / total.upperBound, 1)
    }
    let choices = sizes.map { size -> Answer.Choice in
      func plan(_ point: [Double]) -> ExpertPlan? {
        law.plan(
          compute: budget, total: size, point: point, bytesPerParameter: bytesPerParameter,
          leastShare: share ?? 0.02)
      }
      let best = law.plan(
        compute: budget, total: size, point: saved?.estimate ?? SparseMoE.published,
        bytesPerParameter: bytesPerParameter, leastShare: share ?? 0.02)
      return choice(best, saved, bytes: bytes, plan)
    }
    var warnings = warnings(saved, of: choices, seen: [:])
    for choice in choices
    where choice.active.value < choice.total.value * (share ?? 0.02) * 1.001 {
      warnings.append(
        "\(NumberFormat.scale(choice.total.value)) in all: the active share is the least that the law was fitted to; a smaller one may be better"
      )
    }
    return Answer(
      law: law.name, source: fit ?? "the coefficients of arXiv:2501.12370", compute: budget,
      choices: choices, warnings: warnings)
  }

  /// What the fit says of itself, and how far the choices lie beyond its table.
  private func warnings(
    _ saved: SavedFit?, of choices: [Answer.Choice], seen: [String: ClosedRange<Double>]
  ) -> [String] {
    var result = saved?.fitWarnings ?? []
    let ranges = saved?.ranges ?? seen
    for (name, values) in [
      ("experts", choices.compactMap(\.experts)), ("N", choices.map(\.active.value)),
      ("D", choices.map(\.tokens.value)), ("total", choices.map(\.total.value)),
    ] {
      guard let range = ranges[name], let least = values.min(), let most = values.max() else {
        continue
      }
      for value in Set([least, most]).sorted() {
        if let sentence = Reach(column: name, value: value, range: range).sentence {
          result.append(sentence)
        }
      }
    }
    return result
  }

  private func print(_ answer: Answer, bytes: Double?) {
    func scale(_ x: Estimated) -> String {
      x.low.isFinite && x.low < x.high
        ? "\(NumberFormat.scale(x.value)) [\(NumberFormat.scale(x.low)), \(NumberFormat.scale(x.high))]"
        : NumberFormat.scale(x.value)
    }
    let hasExperts = answer.choices.contains { $0.experts != nil }
    var table = Console.table(
      (hasExperts ? [.number("experts")] : []) + [
        .number("active"), .number("in all"),
        .number("tokens"), .number("loss"),
        .number("memory"), "",
      ])
    for (index, choice) in answer.choices.enumerated() {
      let remarks = [
        index == answer.best ? "best" : nil, choice.fits ? nil : "does not fit",
        choice.isBoundByMemory ? "memory binds" : nil,
      ]
      table.rows.append(
        (hasExperts ? [choice.experts.map { NumberFormat.significant($0, 6) } ?? ""] : []) + [
          scale(choice.active), scale(choice.total), scale(choice.tokens),
          choice.loss.text(digits: 5),
          NumberFormat.bytes(choice.memory),
          remarks.compactMap { $0 }.joined(separator: ", "),
        ])
    }
    let limit = bytes.map { " within \(NumberFormat.bytes($0))" } ?? ""
    Console.say(
      "\(NumberFormat.flops(answer.compute)) FLOPs of training\(limit), \(answer.law) by \(answer.source):"
    )
    Console.show(table)
    if answer.best == nil {
      Console.print("None of them fits into the memory.")
    }
    Console.warn(answer.warnings)
  }
}
