import Cards
import Foundation
import TestSupport
import Testing
import Treatments

/// What a card says is complete, and the catalogue has one line for each file.
@Suite struct EveryCardTests {
  @Test func namesAreInOrderAndDifferent() {
    let names = TreatmentCatalog.cards.map(\.name)
    #expect(names == names.sorted())
    #expect(Set(names).count == names.count)
  }

  @Test func everyTreatmentIsInTheCatalogueAndNothingElseIs() throws {
    let room = PackageRoot.url("Sources/Treatments")
    let paths = try #require(FileManager.default.enumerator(atPath: room.path))
    var types: Set<String> = []
    for case let path as String in paths where path.hasSuffix(".swift") {
      let text = try String(contentsOf: room.appending(path: path), encoding: .utf8)
      // What has a card is a treatment, whatever other protocols it conforms to.
      guard text.contains(/static let card = TreatmentCard\(/) else { continue }
      for match in text.matches(of: /public struct (\w+): \w+ \{/) {
        types.insert(String(match.1))
      }
    }
    #expect(types == Set(TreatmentCatalog.all.map { String(describing: $0) }))
  }

  @Test(arguments: TreatmentCatalog.cards.map(\.name))
  func theCardIsComplete(name: String) throws {
    let card = try #require(TreatmentCatalog.cards.first { $0.name == name })
    #expect(Self.isName(card.name))
    for text in [card.title, card.summary, card.claim, card.citation] {
      #expect(!text.isEmpty)
    }
    // Controls come from no paper.
    #expect(card.reference > 0 || (card.reference == 0 && card.citation.contains("control")))
    #expect(card.version > 0)
    #expect((card.null == nil) == (card.whyNoNull?.isEmpty == false))
    #expect(Set(card.options.map(\.name)).count == card.options.count)
    for option in card.options {
      #expect(Self.isName(option.name))
      #expect(!option.meaning.isEmpty)
      // A default is checked as if a study had given it.
      #expect(throws: Never.self) {
        _ = try OptionValues([option.name: option.standard], for: card)
      }
    }
    #expect(throws: Never.self) { _ = try TreatmentCatalog.choice(named: name) }
    if let null = card.null {
      #expect(null.tolerance >= 0)
      #expect(throws: Never.self) { _ = try TreatmentCatalog.choice(named: name, null.options) }
    }
    #expect(
      TreatmentFixtures.trainedCases.contains { $0.card.name == name },
      "the treatment with its default options fits none of the baselines")
  }

  @Test(arguments: TreatmentCatalog.cards.map(\.name))
  func optionsSurviveAStudyFile(name: String) throws {
    let card = try #require(TreatmentCatalog.cards.first { $0.name == name })
    for given in TreatmentFixtures.settings(of: card) {
      let values = try OptionValues(given, for: card)
      let file = try JSONEncoder().encode(values.values)
      let read = try JSONDecoder().decode([String: OptionValue].self, from: file)
      #expect(try OptionValues(read, for: card) == values)
    }
  }

  @Test(arguments: TreatmentCatalog.cards.map(\.name))
  func aMistypedNameIsToldTheNearestOne(name: String) throws {
    let card = try #require(TreatmentCatalog.cards.first { $0.name == name })
    let error = #expect(throws: TreatmentError.self) {
      try TreatmentCatalog.choice(named: "\(name)s")
    }
    #expect(error?.problem.contains("did you mean \(name)?") == true)
    for option in card.options {
      let error = #expect(throws: TreatmentError.self) {
        try TreatmentCatalog.choice(named: name, ["\(option.name)x": option.standard])
      }
      #expect(error?.option == "\(option.name)x")
      #expect(error?.problem.contains("did you mean \(option.name)?") == true)
    }
  }

  /// Lower case, words joined by hyphens.
  private static func isName(_ name: String) -> Bool {
    !name.isEmpty
      && name.split(separator: "-", omittingEmptySubsequences: false).allSatisfy {
        !$0.isEmpty && $0.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) }
      }
  }
}
