internal import Verdicts

/// The report of a study: does each method help, will it still help at scale, how sure is that, and
/// what was done to find out.
public struct StudyReport: Sendable {
  /// What is reported.
  public var study: StudyResults
  /// When it is made and by which version; nil says nothing of it.
  public var origin: ReportOrigin?

  /// A report.
  public init(_ study: StudyResults, origin: ReportOrigin? = nil) {
    self.study = study
    self.origin = origin
  }

  /// The report as one HTML file that needs nothing else.
  public func html() -> String {
    let page = StudyPage(study)
    let sections = [
      page.answerSection(), page.samplingSection(), page.lossSection(), page.worthSection(),
      page.differenceSection(),
      page.rungSection(), page.curveSection(), page.diagnosticsSection(), page.costSection(),
      page.methodSection(), page.limitsSection(),
    ]
    return ReportPage(
      title: study.name, subtitle: page.question, summary: page.summary,
      sections: sections.compactMap(\.self), footer: page.footer,
      origin: origin
    ).html()
  }
}
