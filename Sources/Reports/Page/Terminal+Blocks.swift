extension Terminal {
  /// Blocks of a page as a terminal prints them.
  ///
  /// Paragraphs and warnings that follow each other stand together; tables have their caption above
  /// and their note below.
  public func text(_ blocks: [ReportBlock]) -> String {
    var parts: [String] = []
    var isRunning = false
    for block in blocks {
      let text: String
      var runs = false
      switch block {
      case .paragraph(let words):
        (text, runs) = (wrapped(words), true)
      case .formula(let words):
        (text, runs) = (wrapped(words), true)
      case .warning(let words):
        (text, runs) = (wrapped("Warning: \(words)"), true)
      case .table(let table): text = self.text(table)
      // Pages alone hold these.
      case .keyNumbers, .figure, .details, .attachment: continue
      }
      if runs, isRunning, let last = parts.popLast() {
        parts.append(last + text)
      } else {
        parts.append(text)
      }
      isRunning = runs
    }
    return parts.joined(separator: "\n")
  }

  private func text(_ table: ReportTable) -> String {
    (table.caption.isEmpty ? "" : wrapped(table.caption))
      + render(table.textTable(widthLimit: width))
      + (table.note.isEmpty ? "" : wrapped(table.note))
  }

  private func wrapped(_ text: String) -> String {
    wrap(text) + "\n"
  }
}
