import Foundation
import Reports
import Testing

@Suite struct ReportPageTests {
  let html = SampleReport.page.html()

  @Test func needsNothingElse() {
    #expect(html.hasPrefix("<!doctype html>"))
    for part in ["<script", "src=", "@import", "url(", "<link"] {
      #expect(!html.contains(part), "\(part)")
    }
    let addresses = html.components(separatedBy: "http").dropFirst()
    #expect(addresses.allSatisfy { $0.hasPrefix("://www.w3.org/2000/svg") })
  }

  @Test func hasBothLayoutsOfEveryFigure() {
    let figures = html.components(separatedBy: "<figure ").count - 1
    #expect(figures == 7)
    #expect(html.components(separatedBy: "class=\"chart wide\"").count - 1 == figures)
    #expect(html.components(separatedBy: "class=\"chart narrow\"").count - 1 == figures)
    #expect(html.contains("@media print"))
    #expect(html.contains("prefers-color-scheme:dark"))
  }

  @Test func contentsLeadToSections() {
    let links = html.components(separatedBy: "<a href=\"#").dropFirst().map {
      $0.prefix { $0 != "\"" }
    }
    #expect(links.count == 4)
    for link in links { #expect(html.contains("<section id=\"\(link)\">")) }
    let ids = html.components(separatedBy: " id=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
    #expect(Set(ids).count == ids.count)
  }

  @Test func blocksWithinDetailsAreKept() {
    let inside = html.components(separatedBy: "<details class=\"more\">").dropFirst()
    #expect(inside.count == 1)
    #expect(inside.first?.contains("The six largest runs were left out") == true)
    #expect(html.components(separatedBy: "The six largest runs were left out").count == 2)
  }

  @Test func everyTextIsEscaped() {
    let evil = "<script>alert(1)</script>\"\u{301} onmouseover=\"x&{{title}}{{{title}}}"
    let table = ReportTable(
      caption: evil, columns: [.init(evil)], rows: [[evil]], note: evil)
    let chart = Chart(
      title: evil, method: evil, x: Axis(label: evil), y: .categories([evil], label: evil))
    let data = FigureData(columns: [evil], rows: [[.text(evil)]])
    let page = ReportPage(
      title: evil, subtitle: evil, summary: [evil],
      sections: [
        ReportSection(
          evil,
          [
            .paragraph(evil), .warning(evil), .table(table),
            .keyNumbers([KeyNumber(label: evil, value: evil, interval: evil)]),
            .figure(Figure(chart, caption: evil, method: evil, name: evil, data: data)),
            .details(summary: evil, [.paragraph(evil)]),
          ]), ReportSection(evil, []),
      ], footer: evil)
    let html = page.html()
    #expect(!html.lowercased().contains("<script"))
    #expect(
      !html.unicodeScalars.split(separator: "\"").contains { part in
        String(part).hasPrefix("\u{301} onmouseover")
      })
    // The template is not applied to values.
    #expect(html.contains("{{title}}"))
  }

  @Test func formulasAreSet() {
    func html(_ formula: String) -> String {
      ReportPage(title: "t", sections: [ReportSection("s", [.formula(formula)])]).html()
    }
    for (formula, expected) in [
      ("E + A/x^alpha", "<i>E</i> + <i>A</i>/<i>x</i><sup><i>α</i></sup>"),
      (
        "(N_c/N)^(alpha_N/alpha_D)",
        "(<i>N</i><sub><i>c</i></sub>/<i>N</i>)<sup><i>α</i><sub><i>N</i></sub>/<i>α</i><sub><i>D</i></sub></sup>"
      ),
      ("b M^-eta - L0", "<i>b</i> <i>M</i><sup>−<i>η</i></sup> − <i>L</i><sub>0</sub>"),
      ("share exp(2 x^0.5)", "share exp(2 <i>x</i><sup>0.5</sup>)"),
      ("x^(", "<i>x</i><sup></sup>"), ("N* < y", "<i>N</i>* &lt; <i>y</i>"),
    ] {
      #expect(html(formula).contains("display\">\(expected)</p>"), "\(formula)")
    }
  }

  @Test func fiveCautionsStandOpen() throws {
    let blocks = ReportBlock.cautions((1...7).map { "caution \($0)" })
    let html = ReportPage(title: "t", sections: [ReportSection("s", blocks)]).html()
    let parts = html.components(separatedBy: "<details")
    #expect(parts.count == 2)
    #expect(parts[0].contains("caution 5") && !parts[0].contains("caution 6"))
    #expect(parts[1].contains("2 more cautions") && parts[1].contains("caution 7"))
    #expect(
      !ReportPage(
        title: "t",
        sections: [
          ReportSection("s", ReportBlock.cautions(["only one"]))
        ]
      ).html().contains("<details"))
  }

  @Test func originIsGivenFromOutside() {
    func html(_ origin: ReportOrigin?) -> String {
      ReportPage(title: "t", sections: [], origin: origin).html()
    }
    let origin = ReportOrigin(date: "2026-12-01", version: "0.1.0")
    #expect(html(origin).contains("2026-12-01, Allometry 0.1.0"))
    #expect(html(origin) == html(origin))
    #expect(!html(nil).contains("class=\"origin\""))
  }

  /// Between a number and its interval a line may break; a wide table has a box that scrolls.
  @Test func tablesMayBreakAndScroll() {
    let table = ReportTable(
      columns: [.init("a", alignment: .trailing)], rows: [["1.2% [0.9, 1.5]"]])
    let html = ReportPage(title: "t", sections: [ReportSection("s", [.table(table)])]).html()
    #expect(html.contains("1.2%<span class=\"gap\"> </span>[0.9, 1.5]</td>"))
    #expect(html.contains("<div class=\"scroll\" tabindex=\"0\"><table>"))
    #expect(html.contains("overflow-x:auto"))
  }

  @Test func numbersAreEmbedded() throws {
    let chart = SampleReport.bars
    let data = FigureData(
      columns: ["law", "error, \"held out\""], rows: [["a,b", 0.25], ["c\nd", .number(.nan)]])
    #expect(
      data.csv() == "law,\"error, \"\"held out\"\"\"\n\"a,b\",0.25\n\"c\nd\",\n")
    let html = ReportPage(
      title: "t",
      sections: [ReportSection("s", [.figure(Figure(chart, name: "My laws", data: data))])]
    ).html()
    #expect(html.contains("download=\"my-laws.csv\""))
    let link = try #require(
      html.components(separatedBy: "href=\"data:text/csv;charset=utf-8,").last)
    let encoded = String(link.prefix { $0 != "\"" })
    #expect(encoded.removingPercentEncoding == data.csv())
    #expect(html.contains("<pre tabindex=\"0\">law,&quot;error, &quot;&quot;held out"))
  }

  @Test func longDataIsThinnedAndSaysSo() {
    let data = FigureData(columns: ["i"], numbers: (0..<5_001).map { [Double($0)] })
    let lines = data.csv(limit: 2_000).split(separator: "\n")
    #expect(lines.count == 2_001)
    #expect(lines[1] == "0" && lines.last == "5000")
    #expect(Set(lines).count == lines.count)
    let chart = Chart(title: "t", x: Axis(label: ""), y: Axis(label: ""))
    let html = ReportPage(
      title: "t", sections: [ReportSection("s", [.figure(Figure(chart, data: data))])]
    ).html()
    #expect(html.contains("2000 of 5001 rows, evenly spaced"))
  }

  @Test func twentyLargeFiguresStayInBudget() {
    let figures = (0..<20).map {
      ReportBlock.figure(Figure(SampleReport.scatterChart("Figure \($0)", count: 2_000)))
    }
    let html = ReportPage(title: "Large", sections: [ReportSection("All", figures)]).html()
    #expect(html.utf8.count <= 2_000_000, "\(html.utf8.count) bytes")
    #expect(html.components(separatedBy: "<figure ").count == 21)
    #expect(html.contains("of 2000 rows, evenly spaced"))
    // Ten such figures are embedded in full.
    let half = ReportPage(title: "Half", sections: [ReportSection("All", Array(figures[..<10]))])
    let text = half.html()
    #expect(text.utf8.count <= 2_000_000 && text.contains("(2000 rows)"), "\(text.utf8.count)")
  }
}
