/// A run of whole records of a file, parsed on its own.
protocol ParsedBlock {
  /// Its line is counted from the start of the block.
  var error: TableError? { get }
  var lineCount: Int { get }
}

extension Array where Element: ParsedBlock {
  /// Throws the first error in file order, its line counted from the top of the file.
  func throwFirstError(linesBefore: Int) throws(TableError) {
    var before = linesBefore + 1
    for block in self {
      if var error = block.error {
        error.line = error.line.map { $0 + before }
        throw error
      }
      before += block.lineCount
    }
  }
}
