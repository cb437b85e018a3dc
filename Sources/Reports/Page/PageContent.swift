import Mustache

struct PageContent {
  let page: ReportPage
  let rowLimit: Int

  /// Text ready for the template, which writes values as they are: made by escaping, or from
  /// markup that this module has written itself.
  private struct Markup: MustacheCustomRenderable {
    let renderText: String
    var isNull: Bool { renderText.isEmpty }

    init(_ text: String) { renderText = FormulaMarkup.html(text) }
    init(markup: String) { renderText = markup }
  }

  private struct Names {
    private var counts: [String: Int] = [:]

    mutating func unique(_ text: String) -> String {
      let base = MarkupText.slug(text)
      counts[base, default: 0] += 1
      let count = counts[base, default: 1]
      return count == 1 ? base : unique("\(base)-\(count)")
    }
  }

  func html() -> String {
    var names = Names()
    let sections: [[String: Any]] = page.sections.map { section in
      // The identifier is taken before the blocks name their figures.
      let id = names.unique("section " + section.title)
      return [
        "id": Markup(id), "heading": Markup(section.title),
        "blocks": section.blocks.map { block($0, &names) },
      ]
    }
    let content: [String: Any] = [
      "title": Markup(page.title), "subtitle": Markup(page.subtitle),
      "origin": Markup(page.origin?.text ?? ""),
      "hasSummary": !page.summary.isEmpty, "summary": page.summary.map { ["line": Markup($0)] },
      "hasContents": page.sections.count > 1, "sections": sections,
      "footer": Markup(page.footer),
      "style": Markup(markup: Chart.styleSheet + "\n" + PageStyle.rules),
    ]
    return PageTemplate.page.render(content, library: PageTemplate.library)
  }

  /// The kinds of block, all absent: a name that a block lacks would be looked up in the block
  /// around it, and details would contain themselves.
  private static var absent: [String: Any] {
    [
      "paragraph": false, "formula": false, "warning": false, "keyNumbers": false, "table": false,
      "figure": false,
      "details": false, "attachment": false,
    ]
  }

  private func block(_ block: ReportBlock, _ names: inout Names) -> [String: Any] {
    var result = Self.absent
    switch block {
    case .paragraph(let text): result["paragraph"] = ["text": Markup(text)]
    case .formula(let text):
      result["formula"] = ["text": Markup(markup: FormulaMarkup.typeset(text))]
    case .warning(let text): result["warning"] = ["text": Markup(text)]
    case .keyNumbers(let numbers):
      let items: [[String: Any]] = numbers.map {
        [
          "label": Markup($0.label), "value": Markup($0.value),
          "interval": Markup($0.interval ?? ""),
        ]
      }
      result["keyNumbers"] = ["items": items]
    case .table(let table): result["table"] = content(of: table)
    case .figure(let figure): result["figure"] = content(of: figure, &names)
    case .details(let summary, let blocks):
      let inside = blocks.map { self.block($0, &names) }
      result["details"] = ["line": Markup(summary), "blocks": inside] as [String: Any]
    case .attachment(let title, let file, let type, let text):
      result["attachment"] = [
        "line": Markup(title), "file": Markup(file), "text": Markup(text),
        "link": Markup(
          markup: "data:\(Self.percentEncoded(type));charset=utf-8," + Self.percentEncoded(text)),
      ]
    }
    return result
  }

  private func content(of table: ReportTable) -> [String: Any] {
    func style(_ column: Int) -> Markup {
      Markup(table.columns[column].alignment == .trailing ? "number" : "")
    }
    let headings: [[String: Any]] = table.columns.indices.map {
      ["text": Markup(table.columns[$0].title), "style": style($0)]
    }
    let rows: [[String: Any]] = table.rows.enumerated().map { index, row in
      let cells: [[String: Any]] = table.columns.indices.map {
        ["text": Self.cell($0 < row.count ? row[$0] : ""), "style": style($0)]
      }
      return ["cells": cells, "isEmphasized": table.emphasizedRows.contains(index)]
    }
    return [
      "caption": Markup(table.caption), "headings": headings, "rows": rows,
      "note": Markup(table.note),
    ]
  }

  /// A cell of a table; between a number and its interval a line may break, within them it may not.
  private static func cell(_ text: String) -> Markup {
    let parts = text.split(separator: " [", maxSplits: 1)
    guard parts.count == 2, parts[1].hasSuffix("]"), !text.contains("\u{E0F0}") else {
      return Markup(text)
    }
    let (value, interval) = (MarkupText.escape(String(parts[0])), MarkupText.escape("[" + parts[1]))
    return Markup(markup: "\(value)<span class=\"gap\"> </span>\(interval)")
  }

  private func content(of figure: Figure, _ names: inout Names) -> [String: Any] {
    let csv = figure.data.csv(limit: rowLimit)
    let name = names.unique(figure.name)
    let total = figure.data.rows.count
    let note =
      total > rowLimit ? "\(rowLimit) of \(total) rows, evenly spaced" : "\(total) rows"
    return [
      "id": Markup("figure-" + name), "file": Markup(name + ".csv"),
      "heading": Markup(figure.chart.title), "caption": Markup(figure.caption),
      "method": Markup(figure.method), "note": Markup(note), "csv": Markup(csv),
      "link": Markup(markup: "data:text/csv;charset=utf-8," + Self.percentEncoded(csv)),
      "wide": Markup(markup: figure.chart.inlineSVG(.wide)),
      "narrow": Markup(markup: figure.chart.inlineSVG(.narrow)),
    ]
  }

  /// Bytes that a data URL may not hold, and those that end an attribute, as "%" and two digits.
  static func percentEncoded(_ text: String) -> String {
    let plain = Set(
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~,:;+/=()".utf8)
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count * 5 / 4)
    for byte in text.utf8 {
      if plain.contains(byte) {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
