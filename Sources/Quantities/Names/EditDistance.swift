/// The least number of insertions, deletions and replacements that turn one row of things into
/// another (Levenshtein, 1965).
@inlinable
public func editDistance<Element: Equatable>(
  _ one: some Collection<Element>, _ other: some Collection<Element>
) -> Int {
  var row = Array(0...other.count)
  for (i, element) in one.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, candidate) in other.enumerated() {
      let replaced = diagonal + (element == candidate ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    }
  }
  return row[row.count - 1]
}
