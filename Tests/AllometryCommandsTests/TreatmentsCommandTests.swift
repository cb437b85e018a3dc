import Foundation
import Testing

/// `allometry treatments`.
@Suite struct TreatmentsCommandTests {
  private struct Entry: Decodable {
    struct Option: Decodable {
      var name: String
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
    var options: [Option]
  }

  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func entries(_ arguments: String...) async throws -> [Entry] {
    let outcome = try await workspace.run(["treatments"] + arguments + ["--json"])
    #expect(outcome.status == 0, "\(outcome.error)")
    return try JSONDecoder().decode([Entry].self, from: Data(outcome.output.utf8))
  }

  /// The text without the ends of its lines.
  private func unwrapped(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// The list has a row for each, with what it changes.
  @Test func theListHasEveryTreatment() async throws {
    let all = try await entries()
    let list = try await workspace.run("treatments")
    #expect(list.status == 0)
    let lines = list.output.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 })
    let rows = lines.dropFirst(2).map { $0.split(separator: " ").map(String.init) }
    #expect(Set(rows.map { $0[0] }) == Set(all.map(\.name)) && rows.count == all.count)
    for entry in all {
      let row = try #require(rows.first { $0[0] == entry.name })
      #expect(row[1] == entry.family)
      #expect(row.dropFirst(2).joined(separator: " ") == entry.title)
    }
  }

  @Test func everyTreatmentIsDescribed() async throws {
    for entry in try await entries() {
      let outcome = try await workspace.run("treatments", entry.name)
      #expect(outcome.status == 0, "\(entry.name): \(outcome.error)")
      #expect(outcome.output.hasPrefix("\(entry.name): \(entry.title)\n"))
      let text = unwrapped(outcome.output)
      for part in [
        entry.summary, "Claim: \(entry.claim)", "Source: \(entry.citation)",
        "Changes: \(entry.family)", "In a study file: treatments: - \(entry.name)",
      ] {
        #expect(text.contains(unwrapped(part)), "\(entry.name): \(part)")
      }
      if let option = entry.options.first {
        #expect(text.contains("- \(entry.name): {\(option.name): "), "\(entry.name)")
      }
      let own = try await entries(entry.name)
      #expect(own.map(\.name) == [entry.name] && own[0].citation == entry.citation)
    }
  }

  /// Authors and years for all but the controls, which rest on no paper.
  @Test func sourcesNameAuthorsAndYears() async throws {
    for entry in try await entries() {
      if ["null", "wider-model"].contains(entry.name) {
        #expect(entry.citation == "A control, not a paper" && entry.reference == 0)
      } else {
        let authors = entry.citation.prefixMatch(of: /\p{Lu}[\p{L}\-]+.*?,/)
        #expect(authors != nil, "\(entry.name): \(entry.citation)")
        #expect(entry.citation.contains(/\b(19|20)\d\d\b/), "\(entry.name): \(entry.citation)")
        #expect(entry.reference > 0, "\(entry.name)")
      }
      #expect(!entry.claim.isEmpty && !entry.summary.isEmpty)
      #expect(Set(entry.options.map(\.name)).count == entry.options.count)
      for option in entry.options {
        #expect(!option.accepts.isEmpty && !option.explanation.isEmpty, "\(entry.name)")
      }
    }
  }

  @Test func unknownTreatmentsAreRefused() async throws {
    expectOneSentence(
      try await workspace.run("treatments", "gated"), status: 64,
      containing: "treatment: found \"gated\"")
  }
}
