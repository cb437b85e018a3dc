internal import Reports
internal import RunTables
internal import ScalingLaws

extension FitSession {
  /// The mixture law for a table: its shares, and N and D where they vary.
  static func mixtureLaw(for table: RunTable, shares: ShareColumns) -> MixtureLaw {
    func values(_ name: String) -> [Double] {
      guard table.hasColumn(name), let numbers = try? table.numbers(name) else { return [] }
      return numbers
    }
    return MixtureLaw(
      domains: shares.names, scale: MixtureLaw.Scale(sizes: values("N"), tokens: values("D")))
  }

  /// The columns that `--response` names; empty where it names none.
  var targets: [String] {
    (law.response ?? "").split(separator: ",").map(\.trimmingSpaces).filter { !$0.isEmpty }
  }

  /// What each target counts, in the order of the targets, adding up to 1.
  static func weights(_ text: String?, of targets: [String]) throws -> [Double] {
    guard let text else {
      return targets.map { _ in 1 / Double(max(targets.count, 1)) }
    }
    guard targets.count > 1 else {
      throw CommandFailure(
        .usage, "--weight: found it with one response, expected --response A,B with several")
    }
    let parts = text.split(separator: ",").map(\.trimmingSpaces)
    let named = parts.contains { $0.contains("=") }
    let numbers: [Double]
    if named {
      let given = try NameList.numbers(text, option: "--weight")
      if let unknown = given.keys.sorted().first(where: { !targets.contains($0) }) {
        throw CommandFailure(
          .usage,
          "--weight: found \"\(unknown)\", expected one of the responses \(targets.joined(separator: ", "))"
        )
      }
      numbers = targets.map { given[$0] ?? 0 }
    } else {
      guard parts.count == targets.count else {
        throw CommandFailure(
          .usage,
          "--weight: found \(parts.count) weights for \(targets.count) responses, expected one each"
        )
      }
      numbers = try parts.map { try NameList.number($0, option: "--weight") }
    }
    let sum = numbers.reduce(0, +)
    guard sum > 0, numbers.allSatisfy({ $0 >= 0 }) else {
      throw CommandFailure(
        .usage, "--weight: found \"\(text)\", expected weights that are not negative nor all zero")
    }
    return numbers.map { $0 / sum }
  }

  /// Fits the mixture law to every target of a table.
  func fitTargets(
    _ table: RunTable, group: [(column: String, value: String)], weight: String?
  ) throws -> [FittedTable] {
    let targets = self.targets
    guard law.law == MixtureLaw().name else {
      throw CommandFailure(
        .usage,
        "--response: found \(targets.count) columns, expected one; several are weighed against each other with --law mixture only"
      )
    }
    guard Set(targets).count == targets.count else {
      throw CommandFailure(.usage, "--response: a column is given twice")
    }
    let weights = try Self.weights(weight, of: targets)
    return try zip(targets, weights).map { target, weight in
      var single = self
      single.law.response = target
      return try single.fit(table, group: group, needsInfluence: false, weight: weight)
    }
  }

  /// Text columns that name a size or a model, with their value where all rows share it.
  static func sizeNames(of table: RunTable) -> [String: String] {
    var names: [String: String] = [:]
    for column in table.columnNames {
      guard column.contains("size") || column.contains("model"),
        case .text(let values)? = try? table.column(column), let first = values.first,
        values.allSatisfy({ $0 == first })
      else { continue }
      names[column] = first
    }
    return names
  }

  /// Fits the forms of the mixture law and keeps the one that predicts left-out mixtures best.
  func fitMixture(
    _ chosen: MixtureLaw, builder: ObservationsBuilder,
    group: [(column: String, value: String)], weight: Double, options: FitOptions
  ) throws -> FittedTable {
    if let fault = ShareColumns.fault(of: chosen.domains, in: builder.table) {
      throw CommandFailure(.badData, fault)
    }
    let (observations, notes) = try builder.build(for: chosen)
    let isNamed = law.settings.contains { $0.hasPrefix("form=") }
    let fitted = try CommandFailure.naming(builder.table.source) {
      try MixtureFit(
        forms: isNamed ? [chosen.form] : MixtureForm.allCases, of: chosen, to: observations,
        options: options, weight: weight,
        progress: { Console.progress("fitting the \($0) form to \(observations.count) mixtures …") }
      )
    }
    Console.progress("validating mixture …")
    let validation = fitted.validation()
    Console.progress("")
    var record = fitted.record
    record.constants = Self.sizeNames(of: builder.table)
    let summary = MixtureSummary(fit: fitted.fit, record: fitted.record)
    var result = FittedTable(
      fit: fitted.fit.calibrated(on: validation), validation: validation,
      source: builder.table.source,
      notes: notes + [ShareColumns(of: builder.table).note].compactMap { $0 } + summary.notes,
      group: group)
    result.domainMixture = record
    return result
  }
}
