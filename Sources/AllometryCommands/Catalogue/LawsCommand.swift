internal import ArgumentParser
internal import Cards
internal import Quantities
internal import Reports
internal import ScalingLaws

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

struct LawsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "laws",
    abstract: "List the laws, or describe one.",
    discussion: """
      Examples:
        allometry laws
        allometry laws chinchilla
      """)

  @Argument(help: "The law to describe.")
  var law: String?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try reportingFailure {
      if let procedure = law.flatMap(ProcedureFit.init(rawValue:)), procedure.isAllocation, !json {
        describe(procedure)
        return
      }
      let laws = try law.map { [try LawCatalog.law(named: $0)] } ?? LawCatalog.all
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Console.print(
          String(decoding: try encoder.encode(laws.map(Entry.init)), as: UTF8.self))
      } else if law != nil {
        laws.forEach(describe)
      } else {
        list(laws)
      }
    }
  }

  private struct Entry: Encodable {
    var name: String
    var title: String
    var formula: String
    var parameters: [String]
    var columns: [String]
    var response: String
    var objective: String
    var sources: [String]
    var settings: [String: String]

    init(_ law: any Law) {
      name = law.name
      title = law.card.title
      formula = law.card.formula
      parameters = law.parameters.map(\.name)
      columns = law.card.columns.map(\.name)
      response = law.card.response.column
      objective = law.card.objective.name
      sources = law.card.citations.map(\.entry)
      settings = Dictionary(
        law.settings.map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first })
    }
  }

  private func list(_ laws: [any Law]) {
    var table = Console.table(["law", "columns", "formula"], overflow: .wrap)
    for law in laws {
      table.rows.append([
        law.name, law.card.columns.map(\.name).joined(separator: " "), law.card.formula,
      ])
    }
    Console.show(table)
    Console.print("\n\(laws.count) laws; allometry laws NAME describes one.")
    let procedures = ProcedureFit.allCases.filter(\.isAllocation).map(\.rawValue)
    Console.say(
      "allometry fit --law also takes the procedures \(procedures.joined(separator: " and ")), which give N* and D* over compute and no loss."
    )
  }

  private func describe(_ procedure: ProcedureFit) {
    Console.print("\(procedure.rawValue): N* = G_N C^a, D* = G_D C^b\n")
    Console.say(procedure.summary)
    Console.print("Columns: N, D, loss; C is 6ND where absent.")
  }

  private func describe(_ law: any Law) {
    Console.print("\(law.name): \(law.card.title)\n")
    Console.print("  \(law.card.response.column) = \(law.card.formula)\n")
    for citation in law.card.citations { Console.say("Source: \(citation.entry)") }
    Console.print("Objective: \(law.card.objective.name)\n")
    var columns = Console.table(["column", "unit", "meaning"], overflow: .wrap)
    for column in law.card.columns {
      columns.rows.append([column.name, column.unit, column.meaning])
    }
    columns.rows.append([
      law.card.response.column, law.card.response.unit, "what the law predicts",
    ])
    Console.print(columns.render(), terminator: "")
    var parameters = Console.table(["parameter", "unit", "range"])
    for parameter in law.parameters {
      let range =
        parameter.isLinear
        ? (parameter.domain == .positive ? "positive, solved in closed form at each start" : "any")
        : "\(NumberFormat.significant(parameter.bounds.lowerBound, 3)) to \(NumberFormat.significant(parameter.bounds.upperBound, 3))"
      parameters.rows.append([parameter.name, parameter.unit, range])
    }
    Console.print("\n" + parameters.render(), terminator: "")
    if !law.settings.isEmpty {
      var settings = Console.table(["--set", "meaning"], overflow: .wrap)
      for setting in law.settings {
        settings.rows.append(["\(setting.name)=\(setting.text)", setting.meaning])
      }
      Console.print("\n" + settings.render(), terminator: "")
    }
    if !law.card.caution.isEmpty { Console.print("\nCaution: \(law.card.caution)") }
  }
}
