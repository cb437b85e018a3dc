internal import Cards
internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws

struct FitSession {
  var law: LawArguments
  var schedule: ScheduleArguments

  struct Group {
    var table: RunTable
    var labels: [(column: String, value: String)]
    var title: String { labels.map { "\($0.column)=\($0.value)" }.joined(separator: ", ") }
    /// The values of the grouping columns by name.
    var values: [String: String] {
      Dictionary(labels.map { ($0.column, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// Splits a table by the columns of `--by`.
  static func groups(of table: RunTable, by: String?) throws -> [Group] {
    guard let by else { return [Group(table: table, labels: [])] }
    let names = by.split(separator: ",").map(\.trimmingSpaces)
    guard !names.isEmpty else {
      throw CommandFailure(.usage, "--by: found \"\(by)\", expected the name of a column")
    }
    return try table.grouped(by: names).map { group in
      Group(table: group.table, labels: zip(names, group.values).map { ($0, $1) })
    }
  }

  /// The best run of each bin of log compute [105]: badly tuned runs above the frontier drop out.
  static func frontier(of table: RunTable, bins: Int, response: String) throws -> RunTable {
    guard bins >= 2, bins <= 10_000 else {
      throw CommandFailure(.usage, "--frontier: found \(bins), expected 2 to 10000 bins")
    }
    let (complete, _) = try table.droppingMissing(in: ["C", response])
    let positive = try complete.validated(positive: ["C"])
    let best = try ComputeFrontier(
      compute: positive.numbers("C"), outcome: positive.numbers(response), bins: bins)
    var result = positive.selecting(rows: best.points.map(\.row).sorted())
    result.notes.append(
      "the best of each of \(bins) bins of log C: \(result.rowCount) of \(table.rowCount) rows")
    return result
  }

  /// The laws that the options name, or that the table allows, and what is to be said of others.
  func candidates(
    for builder: ObservationsBuilder
  ) throws -> (laws: [any Law], notes: [String]) {
    if law.law == "auto" {
      let size = builder.table.varyingSize
      let all = try LawCatalog.all.compactMap {
        try settingIfKnown(Self.law(named: $0.name, for: builder.table), size: size)
      }
      let response = law.response ?? "loss"
      let usable = all.filter { candidate in
        builder.allows(candidate)
          && (law.response != nil || candidate.card.response.column == response)
      }
      guard !usable.isEmpty else { throw try Self.noLaw(for: builder.table, response: response) }
      // Where size and data both vary, a law that reads only one of them, or compute alone, takes
      // what the other does for noise, and cannot divide a budget between them.
      guard size == "C" else { return try Self.withEnoughRows(usable, builder) }
      let dividing = usable.filter { candidate in
        let read = Set(candidate.card.columns.map(\.name))
        return read.contains("N") && read.contains("D")
      }
      return try Self.withEnoughRows(dividing.isEmpty ? usable : dividing, builder)
    }
    let names = law.law.split(separator: ",")
    guard !names.isEmpty else {
      throw CommandFailure(
        .usage, "--law: found \"\(law.law)\", expected a name from allometry laws")
    }
    return (
      try names.map { name in
        try Self.configured(name.trimmingSpaces, by: law, for: builder.table)
      }, []
    )
  }

  /// The failure of a table that no law can be fitted to.
  private static func noLaw(for table: RunTable, response: String) throws -> CommandFailure {
    // A column that is there but cannot be read is the reason, not an absent one.
    for name in [response, "N", "D", "C"] where table.hasColumn(name) {
      _ = try table.numbers(name)
    }
    let sizes = ["N", "D", "C"].filter(table.hasColumn)
    let missing =
      (sizes.isEmpty ? ["N", "D", "C"] : []) + (table.hasColumn(response) ? [] : [response])
    let names = table.columnNames.prefix(24).joined(separator: ", ")
    let more = table.columnNames.count > 24 ? ", … (\(table.columnNames.count) in all)" : ""
    let map = table.suggestedMap(for: missing).map { "; \($0) may be meant" }
    return CommandFailure(
      .badData,
      "\(table.source): found columns \(names)\(more), expected \(response) and a size (N, D or C)\(map ?? "; rename columns with --map, or name the predicted column with --response")"
    )
  }

  /// The laws that can be fitted to about as many rows as any: a law that reads a column which most
  /// rows leave blank must not take these rows from the others.
  private static func withEnoughRows(
    _ laws: [any Law], _ builder: ObservationsBuilder
  ) throws -> (laws: [any Law], notes: [String]) {
    let counts = try laws.map { try builder.completeRows(for: $0) }
    let most = counts.max() ?? 0
    var kept: [any Law] = []
    var notes: [String] = []
    for (law, count) in zip(laws, counts) {
      if Double(count) >= 0.9 * Double(most) {
        kept.append(law)
      } else {
        notes.append(
          "\(law.name) is not compared: only \(count) of \(most) rows have all that it reads (\(ObservationsBuilder.requiredColumns(law).joined(separator: ", "))); --law \(law.name) fits it to these"
        )
      }
    }
    return (kept, notes)
  }

  /// A law by name with the settings of the options.
  ///
  /// A law of one size that would read an absent column reads the size that varies.
  static func configured(
    _ name: String, by arguments: LawArguments, for table: RunTable
  ) throws -> any Law {
    let named = try law(named: name, for: table)
    if !named.shareColumns.isEmpty,
      !arguments.settings.contains(where: { $0.hasPrefix("domains=") }),
      let refusal = ShareColumns(of: table).refusal
    {
      throw CommandFailure(.badData, refusal)
    }
    let configured = try arguments.configured(named)
    guard let preferred = configured.value(ofSetting: "x"),
      !table.hasColumn(preferred), !arguments.settings.contains(where: { $0.hasPrefix("x=") }),
      let size = table.varyingSize, let other = try? configured.setting("x", to: size)
    else { return configured }
    return other
  }

  /// A law by name; the mixture law takes its domains from the table.
  ///
  /// Domains are the columns named `share_…` or `weight_…` that add up to 1, unless
  /// `--set domains=A,B` names them.
  static func law(named name: String, for table: RunTable) throws -> any Law {
    if let procedure = ProcedureFit(rawValue: name), procedure.isAllocation {
      throw CommandFailure(
        .usage,
        "\(name) is a procedure, not a law of rows: only allometry fit TABLE --law \(name) runs it"
      )
    }
    let law = try LawCatalog.law(named: name)
    guard !law.shareColumns.isEmpty else { return law }
    let shares = ShareColumns(of: table)
    return shares.names.isEmpty ? law : mixtureLaw(for: table, shares: shares)
  }

  /// Settings given with `--law auto` apply to the laws that know them; laws of one size read the
  /// column that varies.
  private func settingIfKnown(_ candidate: any Law, size: String?) throws -> (any Law)? {
    let known = Set(candidate.settings.map(\.name))
    var arguments = law
    arguments.settings = law.settings.filter { setting in
      setting.split(separator: "=").first.map { known.contains(String($0)) } ?? true
    }
    let hasOwn = arguments.settings.contains { $0.hasPrefix("x=") }
    let configured = try arguments.configured(candidate)
    guard known.contains("x"), !hasOwn, let size else { return configured }
    // A law that cannot read the size that varies has nothing to say about this table.
    return try? configured.setting("x", to: size)
  }

  /// Fits one table, whose outcome counts `weight` among several targets of a mixture.
  func fit(
    _ table: RunTable, group: [(column: String, value: String)], needsInfluence: Bool,
    weight: Double = 1
  ) throws -> FittedTable {
    let table = law.law == "auto" ? try withoutNonpositiveOutcomes(table) : table
    let source = try schedule.source()
    let builder = ObservationsBuilder(table: table, response: law.response, schedules: source)
    let (laws, lawNotes) = try candidates(for: builder)
    if source != nil, !laws.contains(where: { $0.readsSchedule }) {
      throw CommandFailure(
        .usage,
        "\(schedule.schedule == nil ? "--warmup" : "--schedule") is for laws of the training curve, found \(laws.map(\.name).joined(separator: ", "))"
      )
    }
    var rankingNotes = lawNotes
    var options = try law.options()
    var ranking: LawRanking?
    var chosen = laws[0]
    if laws.count > 1 {
      (ranking, chosen) = try CommandFailure.naming(table.source) {
        try rank(laws, builder: builder, options: options, notes: &rankingNotes)
      }
    }
    if laws.count == 1,
      let swept = try fitSweep(chosen, table: table, group: group, options: options)
    {
      return swept
    }
    if let mixture = MixtureLaw(chosen) {
      options.objective = try law.objective(for: mixture)
      return try fitMixture(
        mixture, builder: builder, group: group, weight: weight, options: options)
    }
    let (observations, notes) = try builder.build(for: chosen)
    let name = table.source
    // Laws that were ranked were compared under one objective, and the winner keeps it.
    options.objective = try law.objective(for: ranking == nil ? chosen : laws[0])
    let title = "fitting \(chosen.name) to \(observations.count) rows"
    Console.progress("\(title) …")
    let line = FitProgressLine(title: title)
    options.progress = { line.report($0) }
    let fitted = try CommandFailure.naming(name) {
      try ScalingLaws.fit(chosen, to: observations, options: options)
    }
    Console.progress("validating \(chosen.name) …")
    let validation = fitted.validation()
    let influence = needsInfluence ? try fitted.influence() : nil
    let alternatives =
      ranking?.alternatives(options: options) { Console.progress("intervals of \($0) …") } ?? []
    Console.progress("")
    var result = FittedTable(
      fit: fitted.calibrated(on: validation), validation: validation, source: table.source,
      notes: notes + rankingNotes
        + [
          fitted.flopsPerToken.sentence, Self.splitSentence(of: fitted),
          group.isEmpty ? Self.hiddenGroups(in: table, of: fitted) : nil,
        ].compactMap { $0 },
      group: group)
    result.influence = influence
    result.ranking = ranking
    result.alternatives = alternatives
    result.weight = ranking.map { $0.entries[$0.chosen].weight } ?? 1
    return result
  }

  /// Whether the split of encoder and decoder matters at all, or their sum alone does [126]; nil for
  /// other laws and too few rows.
  private static func splitSentence(of fit: Fit) -> String? {
    guard let test = try? fit.law.testNestedForms(fit.observations) else { return nil }
    let p = NumberFormat.probability("p", test.pValue, floor: 1e-12)
    let f = NumberFormat.significant(test.statistic, 3)
    return test.pValue < 0.05
      ? "how parameters are split between encoder and decoder matters: the total size alone is rejected (F = \(f), \(p))"
      : "the total size alone is not rejected (F = \(f), \(p)): this table does not tell that the split matters"
  }

  /// A column that explains what the law takes for scatter; nil where rows were left out of the fit.
  private static func hiddenGroups(in table: RunTable, of fit: Fit) -> String? {
    guard fit.observations.count == table.rowCount else { return nil }
    return HiddenGroups(in: table.textColumns, of: fit)?.sentence
  }

  private func rank(
    _ laws: [any Law], builder: ObservationsBuilder, options: FitOptions, notes: inout [String]
  ) throws -> (LawRanking, any Law) {
    // Laws are compared on the same rows: those that are complete for all of them.
    let widest = laws.max { $0.card.columns.count < $1.card.columns.count } ?? laws[0]
    let (common, lost) = try builder.completeForAll(laws)
    if let lost { notes.append(lost) }
    let shared = try common.build(for: widest)
    var options = options
    options.objective = try law.objective(for: laws[0])
    options.fixed = [:]
    options.starts = [:]
    options.bounds = [:]
    let count = laws.count
    let ranking = try rankLaws(laws, on: shared.observations, options: options) { position, name in
      Console.progress("fitting \(name) (\(position + 1) of \(count)) …")
    }
    return (ranking, ranking.entries[ranking.chosen].fit.law)
  }
}
