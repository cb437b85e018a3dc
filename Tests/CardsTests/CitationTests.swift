import Cards
import Testing

@Suite struct CitationTests {
  private let chinchilla = Citation(
    "Hoffmann et al.", "Training Compute-Optimal Large Language Models", 2022,
    link: "arXiv:2203.15556", id: "L2")

  @Test func `A source prints in full, with its entry, and as authors and year`() {
    let text =
      "Hoffmann et al., Training Compute-Optimal Large Language Models, 2022, arXiv:2203.15556"
    #expect(chinchilla.text == text)
    #expect(chinchilla.entry == "\(text) [L2]")
    #expect(chinchilla.short == "Hoffmann et al. 2022")
  }

  @Test func `What is unknown is left out`() {
    #expect(Citation("", "llm.c").text == "llm.c")
    #expect(Citation("", "llm.c", 2024).short == "llm.c 2024")
    #expect(Citation("Karpathy", "llm.c").short == "Karpathy")
    #expect(Citation("", "", id: "37").text == "[37]")
    #expect(Citation("", "", id: "37").entry == "[37]")
    #expect(Citation("", "", id: "37").short == "[37]")
  }

  @Test func `Several are joined, each with what it is cited for`() {
    let both = [chinchilla, Citation("Xiao et al.", "", 2023, role: "sinks")]
    #expect(both.short == "Hoffmann et al. 2022; Xiao et al. 2023")
    #expect(both.entries.hasSuffix("arXiv:2203.15556 [L2]; sinks: Xiao et al., 2023"))
    #expect([Citation]().text.isEmpty)
  }
}
