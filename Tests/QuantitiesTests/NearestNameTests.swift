import Quantities
import Testing

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("", "abc", 3), ("abc", "", 3),
    ("abc", "abc", 0), ("ab", "ba", 2),
  ])
  func editDistances(one: String, other: String, edits: Int) {
    #expect(editDistance(Array(one.utf8), Array(other.utf8)) == edits)
  }

  @Test func onlyWhatIsNearIsSuggested() {
    let names = ["chinchilla", "kaplan", "beam-search", "learningRate"]
    #expect(NearestName.nearest(to: "chinchila", among: names) == "chinchilla")
    #expect(NearestName.nearest(to: "KAPLAN", among: names) == "kaplan")
    #expect(NearestName.nearest(to: "search", among: names) == "beam-search")
    #expect(NearestName.nearest(to: "learning", among: names) == "learningRate")
    #expect(NearestName.nearest(to: "zzzzzz", among: names) == nil)
    #expect(NearestName.nearest(to: "", among: names) == nil)
    #expect(NearestName.hint(for: "kaplen", among: names) == "did you mean kaplan?")
  }

  @Test func tiesGoToTheFirst() {
    #expect(NearestName.nearest(to: "bat", among: ["cat", "hat"]) == "cat")
  }

  @Test func hostileNamesAreCutShort() {
    let long = String(repeating: "x", count: 100_000)
    #expect(NearestName.nearest(to: long, among: ["loss"]) == nil)
  }
}
