/// A report as one HTML file that needs nothing else: no network, no script.
///
/// Every text is escaped. Light and dark follow the reader's system; on paper it is black on
/// white with all details open.
public struct ReportPage: Sendable {
  /// Heading of the page.
  public var title: String
  /// One line below it; empty for none.
  var subtitle: String
  var summary: [String]
  var sections: [ReportSection]
  /// Last line of the page, such as the command that made it; empty for none.
  var footer: String
  /// When it was made and by which version; nil says nothing of it.
  var origin: ReportOrigin?

  /// A report.
  public init(
    title: String, subtitle: String = "", summary: [String] = [],
    sections: [ReportSection] = [], footer: String = "", origin: ReportOrigin? = nil
  ) {
    self.title = title
    self.subtitle = subtitle
    self.summary = summary
    self.sections = sections
    self.footer = footer
    self.origin = origin
  }

  /// The page as HTML of at most about so many bytes of UTF-8.
  ///
  /// The numbers of a figure are embedded with at most 2,000 rows. Where that would take the page
  /// over its budget, all figures get fewer rows, never under 100; each says so.
  public func html(sizeBudget: Int = 2_000_000) -> String {
    var text = ""
    for rowLimit in [2_000, 1_000, 500, 250, 100] {
      text = PageContent(page: self, rowLimit: rowLimit).html()
      if text.utf8.count <= sizeBudget { break }
    }
    return text
  }
}

/// A part of a report with its own heading.
public struct ReportSection: Sendable {
  /// The heading.
  public var title: String
  var blocks: [ReportBlock]

  /// A part of a report.
  public init(_ title: String, _ blocks: [ReportBlock]) {
    self.title = title
    self.blocks = blocks
  }
}

/// A piece of a section.
public indirect enum ReportBlock: Sendable {
  /// Running text.
  case paragraph(String)
  /// A formula as laws write it, such as `loss = E + A/N^alpha`, on a line of its own.
  case formula(String)
  /// Numbers to remember, side by side.
  case keyNumbers([KeyNumber])
  /// A table.
  case table(ReportTable)
  /// A chart with its numbers.
  case figure(Figure)
  /// Something that limits what may be concluded.
  case warning(String)
  /// Blocks behind a line that opens them; open on paper.
  case details(summary: String, [ReportBlock])
  /// A text file inside the page: a link that saves it, and its text behind a line that opens it.
  case attachment(title: String, file: String, type: String, text: String)
}

extension ReportBlock {
  /// Cautions, the worst first: the first five open, the rest behind a line that opens them.
  ///
  /// More than a handful is not read, and would push the results off the screen.
  public static func cautions(_ texts: [String], shown: Int = 5) -> [ReportBlock] {
    let rest = texts.dropFirst(shown)
    let open = texts.prefix(shown).map { ReportBlock.warning($0) }
    guard !rest.isEmpty else { return open }
    return open + [
      .details(summary: Wording.count(rest.count, "more caution"), rest.map { .warning($0) })
    ]
  }
}

/// A number to remember.
public struct KeyNumber: Sendable, Hashable {
  /// What it is.
  public var label: String
  /// The number, with its unit.
  public var value: String
  /// Its interval or another remark; nil for none.
  var interval: String?

  /// A number to remember.
  public init(label: String, value: String, interval: String? = nil) {
    self.label = label
    self.value = value
    self.interval = interval
  }
}
