/// A paper, report or program that a card rests on.
public struct Citation: Hashable, Codable, Sendable {
  /// As a text names them: `Hoffmann et al.`; empty if unknown.
  public var authors: String
  /// The full title; empty if unknown.
  public var title: String
  /// Of the first publication; nil if unknown.
  public var year: Int?
  /// `arXiv:2203.15556`, `doi:…` or an address; nil if unknown.
  public var link: String?
  /// The entry in the list of sources: `37` or `L2`; nil if it has none.
  public var id: String?
  /// What it is cited for, where several are: `sinks`; nil for the matter itself.
  public var role: String?

  /// A source, with what is known of it.
  public init(
    _ authors: String, _ title: String, _ year: Int? = nil, link: String? = nil, id: String? = nil,
    role: String? = nil
  ) {
    self.authors = authors
    self.title = title
    self.year = year
    self.link = link
    self.id = id
    self.role = role
  }

  /// `Hoffmann et al., Training Compute-Optimal Large Language Models, 2022, arXiv:2203.15556`,
  /// without what is unknown.
  public var text: String {
    let parts = [authors, title, year.map { "\($0)" } ?? "", link ?? ""].filter { !$0.isEmpty }
    let source = parts.isEmpty ? id.map { "[\($0)]" } ?? "" : parts.joined(separator: ", ")
    return role.map { "\($0): \(source)" } ?? source
  }

  /// ``text`` with the entry of the list of sources: `…, 2022, arXiv:2203.15556 [L2]`.
  public var entry: String {
    guard let id, text != "[\(id)]" else { return text }
    return "\(text) [\(id)]"
  }

  /// `Hoffmann et al. 2022`: for a line that has no room for the title. The title stands in for
  /// missing authors, and the entry of the list of sources for both.
  public var short: String {
    let name = authors.isEmpty ? title : authors
    guard !name.isEmpty else { return id.map { "[\($0)]" } ?? "" }
    return year.map { "\(name) \($0)" } ?? name
  }
}

extension Sequence<Citation> {
  /// All in full, joined by semicolons.
  public var text: String { map(\.text).joined(separator: "; ") }
  /// All in full with their entries of the list of sources, joined by semicolons.
  public var entries: String { map(\.entry).joined(separator: "; ") }
  /// Authors and years, joined by semicolons.
  public var short: String { map(\.short).joined(separator: "; ") }
}
