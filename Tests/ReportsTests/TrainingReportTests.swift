import Foundation
import Reports
import Testing

@Suite struct TrainingReportTests {
  static func report(
    losses: [Double], validation: [Double], bytesPerToken: Double? = 2
  ) -> TrainingReport {
    func points(_ losses: [Double], every: Double) -> [TrainingReport.Point] {
      losses.enumerated().map { .init(tokens: Double($0.offset + 1) * every, loss: $0.element) }
    }
    return TrainingReport(
      title: "A run", summary: ["It learned."], training: points(losses, every: 100),
      validation: points(validation, every: 1000),
      references: [.init(name: "byte 5-gram", loss: 2.5)], bytesPerToken: bytesPerToken,
      facts: [("width", "128")], warnings: ["The text was seen twice."],
      command: "allometry train")
  }

  @Test func showsLossesWhatTheyBeatAndWhatWasSet() {
    let losses = (0..<3000).map { 2 + 3 * exp(-Double($0) / 300) }
    let html = Self.report(losses: losses, validation: [3, 2.25, 2]).html()
    for word in [
      "A run", "It learned.", "byte 5-gram", "The text was seen twice.", "width", "128",
      "allometry train", "Loss along training",
    ] {
      #expect(html.contains(word), "\(word)")
    }
    #expect(!html.contains("<script"))
    // 2 nats a token of 2 bytes are 1/ln 2 bits a byte; 2.5 nats are 1.25/ln 2.
    #expect(html.contains("1.4427"))
    #expect(html.contains("1.8034"))
    // Three thousand steps are thinned, so the page stays small.
    #expect(html.utf8.count < 300_000)
  }

  @Test(arguments: [
    [Double](), [5.5], [.nan, .nan], [5, 4, .infinity, .nan], [2, 2, 2],
  ])
  func anyCurveMakesAPage(losses: [Double]) {
    for validation in [[], [2.0], [.nan]] {
      let html = Self.report(losses: losses, validation: validation, bytesPerToken: nil).html()
      #expect(html.hasPrefix("<!doctype html>"))
      #expect(!html.contains("Bits per byte"))
    }
  }
}
