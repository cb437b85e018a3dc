/// The least number of insertions, deletions and replacements that turn one row of tokens into
/// another (Levenshtein, 1965).
public func editDistance(_ one: some Collection<Int32>, _ other: some Collection<Int32>) -> Int {
  var row = Array(0...other.count)
  for (i, token) in one.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, candidate) in other.enumerated() {
      let replaced = diagonal + (token == candidate ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    }
  }
  return row[row.count - 1]
}
