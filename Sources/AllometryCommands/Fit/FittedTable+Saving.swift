internal import Reports
internal import ScalingLaws

extension FittedTable {
  /// The saved form.
  var document: FitDocument {
    var document = FitDocument(
      fit, validation: validation, table: source, notes: doubts + notes,
      group: group.isEmpty
        ? nil
        : Dictionary(group.map { ($0.column, $0.value) }, uniquingKeysWith: { first, _ in first }))
    document.mixture = domainMixture
    document.sweep = sweep
    if !alternatives.isEmpty {
      document.weight = weight
      document.alternatives = alternatives.map { alternative in
        var other = FitDocument(alternative.fit, table: source)
        other.weight = alternative.weight
        return other
      }
    }
    return document
  }

  /// One fit as one object, several as an object with a list.
  static func json(_ results: [FittedTable]) throws -> String {
    try json(results.map(\.document))
  }

  /// One saved fit of a whole table as it is, those of groups as an object with a list.
  static func json(_ documents: [FitDocument]) throws -> String {
    if documents.count == 1, documents[0].group == nil { return try documents[0].json() }
    return try json(documents, after: "{\"schema\" : \"allometry.fits/1\"\n}")
  }

  /// The list `fits` as the last key of an object.
  static func json(_ documents: [FitDocument], after object: String) throws -> String {
    let texts = try documents.map { try $0.json() }
    var head = object
    while let last = head.last, last.isWhitespace || last == "}" {
      head.removeLast()
      if last == "}" { break }
    }
    while head.last?.isWhitespace == true { head.removeLast() }
    return head + ", \"fits\" : [\n" + texts.joined(separator: ",\n") + "]}\n"
  }
}
