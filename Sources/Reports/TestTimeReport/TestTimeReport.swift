public import SamplingLaws

/// The report of a table of recorded attempts: what sampling more often brings, with which way to
/// choose, what it costs, and how sure that is.
public struct TestTimeReport: Sendable {
  var analysis: OutcomeAnalysis
  /// The command that made the page; empty for none.
  var command: String
  /// When it is made and by which version; nil says nothing of it.
  var origin: ReportOrigin?

  /// A report.
  public init(_ analysis: OutcomeAnalysis, command: String = "", origin: ReportOrigin? = nil) {
    self.analysis = analysis
    self.command = command
    self.origin = origin
  }

  /// The report as one HTML file that needs nothing else.
  public func html() -> String {
    let page = TestTimePage(analysis)
    let sections = [
      page.answerSection(), page.selectionSection(), page.extrapolationSection(),
      page.verifierSection(), page.stoppingSection(), page.costSection(), page.sizeSection(),
      page.armSection(), page.effortSection(), page.stepSection(), page.difficultySection(),
      page.methodSection(),
    ]
    let made = command.isEmpty ? "Made by Allometry." : "Made by: \(command)."
    return ReportPage(
      title: "Test-time compute", subtitle: analysis.source, summary: page.summary,
      sections: sections.compactMap(\.self),
      footer: "\(made) Needs no network; every figure brings its numbers.",
      origin: origin
    ).html()
  }
}
