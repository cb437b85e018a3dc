import Cards
import Foundation
import ScalingLaws
import TestSupport
import Testing
import Treatments

/// What is cited in brackets stands in `SOURCES.md`, and what stands there is cited.
@Suite struct SourcesTests {
  struct Entry {
    var authors: String
    var title: String
    var year: Int?
    var link: String?
  }

  /// `- [L2] Authors. *Title*. 2022. [arXiv:…](…)`, by id.
  static func entries() throws -> [String: Entry] {
    let text = try String(contentsOf: PackageRoot.url("SOURCES.md"), encoding: .utf8)
    let line = /^- \[(\w+)\] (.+?\.?) \*(.+)\*\.? (\d{4})\. (?:\[(.+)\]\(.+\)|not found)$/
    var entries: [String: Entry] = [:]
    for row in text.split(separator: "\n") where row.hasPrefix("- ") {
      let match = try #require(try line.wholeMatch(in: row), "\(row)")
      let (_, id, authors, title, year, link) = match.output
      #expect(entries[String(id)] == nil, "[\(id)] stands twice")
      entries[String(id)] = Entry(
        authors: String(authors), title: String(title), year: Int(year), link: link.map(String.init)
      )
    }
    return entries
  }

  /// Ids in comments and in text that people see, with the file of one use.
  static func cited() throws -> [String: String] {
    let pattern = /(?:^|[\s(\[\],;:*"])\[(L?\d{1,3}b?|T\d{1,2})\](?!\()/
    var found: [String: String] = [:]
    for path in try files() {
      let text = try String(contentsOf: PackageRoot.url(path), encoding: .utf8)
      for line in text.split(separator: "\n") {
        var shown = Substring(line)
        if path.hasSuffix(".swift") || path.hasSuffix(".h") || path.hasSuffix(".c") {
          // A subscript is code, not a citation: comments count, and lines of text without one.
          if let comment = line.range(of: "//") {
            shown = line[comment.lowerBound...]
          } else if line.contains(where: { "={}()".contains($0) }) {
            continue
          }
        }
        // Neighbours such as [48][L5] share a bracket's end.
        var rest = " " + shown.replacing("][", with: "] [")
        while let match = rest.firstMatch(of: pattern) {
          found[String(match.output.1)] = path
          rest = " " + rest[match.range.upperBound...]
        }
      }
    }
    return found
  }

  private static func files() throws -> [String] {
    var result = ["README.md", "CONTRIBUTING.md"]
    for folder in ["Sources", "Documentation", "Recipes"] {
      let all = try #require(
        FileManager.default.enumerator(atPath: PackageRoot.url(folder).path))
      for case let path as String in all
      where [".swift", ".h", ".c", ".md", ".yaml"].contains(where: path.hasSuffix) {
        result.append("\(folder)/\(path)")
      }
    }
    return result
  }

  @Test func everyCitedEntryStandsThereAndNoneIsUnused() throws {
    let entries = try Self.entries()
    var cited = try Self.cited()
    for card in LawCatalog.all.map(\.card) {
      for id in card.citations.compactMap(\.id) { cited[id] = "the law \(card.name)" }
    }
    for card in TreatmentCatalog.cards {
      for id in card.citations.compactMap(\.id) { cited[id] = "the treatment \(card.name)" }
    }
    for (id, place) in cited { #expect(entries[id] != nil, "[\(id)] of \(place) is not there") }
    for id in entries.keys { #expect(cited[id] != nil, "[\(id)] is cited nowhere") }
  }

  @Test func cardsAgreeWithTheirEntries() throws {
    let entries = try Self.entries()
    let citations =
      LawCatalog.all.flatMap(\.card.citations) + TreatmentCatalog.cards.flatMap(\.citations)
    for citation in citations {
      guard let id = citation.id else { continue }
      let entry = try #require(entries[id])
      #expect(citation.year == entry.year, "[\(id)] \(citation.text)")
      #expect(entry.title.hasPrefix(citation.title), "[\(id)] \(citation.title)")
      if !citation.authors.isEmpty {
        // A list of names ends with the full stop of the entry.
        #expect([citation.authors, citation.authors + "."].contains(entry.authors), "[\(id)]")
      }
      if let link = citation.link { #expect(link == entry.link, "[\(id)]") }
    }
  }

  @Test func everyLawNamesItsSource() {
    for law in LawCatalog.all {
      #expect(!law.card.citations.isEmpty, "\(law.name)")
      for citation in law.card.citations { #expect(citation.year != nil, "\(law.name)") }
    }
  }

  @Test func aLawIsDescribedWithAuthorsAndYears() async throws {
    let outcome = try await Workspace().run("laws", "chinchilla")
    #expect(outcome.output.contains("Hoffmann et al., Training Compute-Optimal Large Language"))
    #expect(outcome.output.contains("Besiroglu et al., Chinchilla Scaling"))
    #expect(outcome.output.contains("2022") && outcome.output.contains("2024"))
  }
}
