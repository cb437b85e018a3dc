internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws

extension FitCommand {
  /// A joint fit, as JSON gives it (schema allometry.shared-fit/1); after these keys come `fits`,
  /// one saved fit a group, which `plan`, `forecast` and the other commands read as FILE#GROUP.
  struct SharedAnswer: Encodable {
    /// A parameter with its interval; ends that are not known are null.
    struct Value: Encodable {
      var value: Double
      var low: Double?
      var high: Double?

      init(_ estimate: Estimated) {
        value = estimate.value
        low = estimate.low.isFinite ? estimate.low : nil
        high = estimate.high.isFinite ? estimate.high : nil
      }
    }
    struct Group: Encodable {
      var name: String
      var rows: Int
      var parameters: [String: Value]
      /// The parameters of the group fitted by itself; null where it is too small.
      var apart: [String: Double]?
    }
    var schema = "allometry.shared-fit/1"
    var law: String
    var shared: [String: Value]
    var groups: [Group]
    var test: SharedFit.Test?
    var each: [SharedFit.Test]
    var further: [SharedFit.Test]
    var level: Double
    var method: String
    var averagedRows: Int
    var warnings: [String]
  }

  /// Fits all groups at once with the parameters of `--share` in common.
  func runSharing(_ share: String, on groups: [FitSession.Group]) throws {
    guard let by else {
      throw CommandFailure(
        .usage, "--share: expected --by, the column that tells the groups apart")
    }
    if output.report != nil {
      throw CommandFailure(
        .usage,
        "--share is printed, and saved with --json for plan and forecast; --report shows groups fitted apart"
      )
    }
    guard groups.count > 1 else {
      throw CommandFailure(
        .badData,
        "\(groups.first?.table.source ?? by): column \(by): found one group, expected two or more with --share"
      )
    }
    guard law.law != "auto", !law.law.contains(",") else {
      throw CommandFailure(
        .usage, "--share: found --law \(law.law), expected one law, such as --law chinchilla")
    }
    let chosen = try FitSession.configured(law.law, by: law, for: groups[0].table)
    let names = share.split(separator: ",").map(\.trimmingSpaces)
    let shared = names == ["all"] ? chosen.parameters.map(\.name) : names
    for name in shared where !chosen.parameters.contains(where: { $0.name == name }) {
      throw CommandFailure(
        .usage,
        "--share: found \"\(name)\", expected parameters of \(chosen.name): \(chosen.parameters.map(\.name).joined(separator: ", ")), or all"
      )
    }
    var options = try law.options()
    options.objective = try law.objective(for: chosen)
    let titles = groups.map { $0.labels.map(\.value).joined(separator: "/") }
    var parts: [(name: String, rows: Observations)] = []
    var notes: [[String]] = []
    for (group, title) in zip(groups, titles) {
      let built = try ObservationsBuilder(table: group.table, response: law.response)
        .build(for: chosen)
      parts.append((title, built.observations))
      notes.append(built.notes)
    }
    Console.progress("fitting \(chosen.name) to \(groups.count) groups …")
    var result = try CommandFailure.naming(groups[0].table.source) {
      try fitSharing(chosen, groups: parts, shared: shared, options: options)
    }
    if json {
      Console.progress("validating \(chosen.name) …")
      result = result.calibrated()
    }
    Console.progress("")
    if json {
      let documents = groups.indices.map { index in
        FitDocument(
          result.fit(ofGroup: index), table: groups[index].table.source,
          notes: notes[index] + [
            "fitted together with \(groups.count - 1) other groups of \(by), sharing \(result.shared.isEmpty ? "nothing" : result.shared.joined(separator: ", "))"
          ], group: groups[index].values)
      }
      Console.print(
        try FittedTable.json(documents, after: jsonText(answer(result, parts: parts))),
        terminator: "")
    } else {
      let whole = groups.map(\.table)
      let notes = whole.flatMap(\.notes)
      let doubts = whole.flatMap { $0.doubts(response: law.response ?? "loss") }
      Console.print(Console.terminal.opening(notes: notes, doubts: doubts), terminator: "")
      Console.print(
        SharedFitText(
          result, column: by, rows: parts.map(\.rows.count), terminal: Console.terminal
        ).text(), terminator: "")
    }
  }

  private func answer(
    _ result: SharedFit, parts: [(name: String, rows: Observations)]
  ) -> SharedAnswer {
    func values(_ names: [String], _ group: String) -> [String: SharedAnswer.Value] {
      Dictionary(
        names.compactMap { name in
          result.parameter(name, group: group).map { (name, SharedAnswer.Value($0)) }
        }, uniquingKeysWith: { first, _ in first })
    }
    let own = result.law.parameters.map(\.name).filter { !result.shared.contains($0) }
    return SharedAnswer(
      law: result.law.name, shared: values(result.shared, result.groups[0]),
      groups: parts.enumerated().map { index, part in
        SharedAnswer.Group(
          name: part.name, rows: part.rows.count, parameters: values(own, part.name),
          apart: result.apart.isEmpty
            ? nil
            : Dictionary(
              zip(result.law.parameters.map(\.name), result.apart[index].estimate),
              uniquingKeysWith: { first, _ in first }))
      }, test: result.test, each: result.each, further: result.further, level: result.fit.level,
      method: result.fit.uncertainty?.method ?? "none", averagedRows: result.averagedRows,
      warnings: result.fit.warnings)
  }
}
