internal import ArgumentParser
internal import Cards
internal import Quantities
internal import Reports
internal import Treatments

struct TreatmentsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "treatments",
    abstract: "List the methods that studies can try, or describe one.",
    discussion: """
      Examples:
        allometry treatments
        allometry treatments gated-attention
      """)

  @Argument(help: "The treatment to describe.")
  var treatment: String?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try reportingFailure {
      var cards = TreatmentCatalog.cards
      if let treatment {
        cards = cards.filter { $0.name == treatment }
        if cards.isEmpty {
          throw OptionCheck.unknown(
            treatment, among: TreatmentCatalog.cards.map(\.name), option: "treatment")
        }
      }
      if json {
        try Console.print(json: cards.map(Entry.init))
      } else if treatment != nil {
        cards.forEach(describe)
      } else {
        list(cards)
      }
    }
  }

  private struct Entry: Encodable {
    struct Option: Encodable {
      var name: String
      var standard: OptionValue
      var accepts: String
      var explanation: String
    }
    var name: String
    var title: String
    var family: String
    var summary: String
    var claim: String
    var citation: String
    var reference: Int
    var version: Int
    var options: [Option]
    var seesFutureWhileTraining: Bool
    var decodes: Bool

    init(_ card: TreatmentCard) {
      name = card.name
      title = card.title
      family = card.family.rawValue
      summary = card.summary
      claim = card.claim
      citation = card.citation
      reference = card.reference
      version = card.version
      options = card.options.map {
        Option(
          name: $0.name, standard: $0.standard, accepts: $0.domain.accepted,
          explanation: $0.meaning)
      }
      seesFutureWhileTraining = card.causality != .causal
      decodes = card.decodes
    }
  }

  private func list(_ cards: [TreatmentCard]) {
    var table = Console.table(["treatment", "changes", "title"], overflow: .wrap)
    for family in TreatmentCard.Family.allCases {
      for card in cards where card.family == family {
        table.rows.append([card.name, family.rawValue, card.title])
      }
    }
    Console.show(table)
  }

  private func describe(_ card: TreatmentCard) {
    let width = Console.width
    var lines = ["\(card.name): \(card.title)", ""]
    lines += [TerminalText.paragraph(card.summary, width), ""]
    lines.append("Claim:   \(card.claim)")
    lines.append("Source:  \(card.citation)\(card.reference > 0 ? " [\(card.reference)]" : "")")
    lines.append("Changes: \(card.family.rawValue)")
    if case .trainingSeesFuture(let reason) = card.causality {
      lines.append("Note:    while training it sees later tokens: \(reason)")
    }
    if let why = card.whyNoNull { lines.append("Note:    it has no null setting: \(why)") }
    var text = lines.map {
      $0.contains("\n") || TerminalText.width($0) <= width
        ? $0 : TerminalText.paragraph($0, width, indent: 9)
    }
    .joined(separator: "\n")
    if !card.options.isEmpty {
      var table = TextTable(
        columns: [
          "option", "default", "accepts", "meaning",
        ], widthLimit: width, overflow: .wrap)
      for option in card.options {
        table.rows.append([
          option.name, option.standard.text, option.domain.accepted, option.meaning,
        ])
      }
      text += "\n\n" + Console.terminal.render(table)
    } else {
      text += "\n"
    }
    let example = card.options.first.map { ": {\($0.name): \($0.standard.text)}" } ?? ""
    text += "\nIn a study file:\n  treatments:\n    - \(card.name)\(example)"
    Console.print(text)
  }
}
