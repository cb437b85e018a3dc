extension RunTable {
  /// Ways to count training FLOPs of a token that have a name.
  ///
  /// Attention over the context adds 12·layers·width·context to 6·N, the score and value products
  /// of forward and backward passes; embeddings that are only looked up multiply nothing.
  public static let namedFlopsPerToken: [(name: String, expression: String)] = [
    ("6N", "6*N"), ("nonembedding", "6*N_nonembedding"),
    ("attention", "6*N + 12*layers*width*context"),
  ]

  /// The table with C computed as FLOPs per token times D, or where D is absent with D as C over
  /// FLOPs per token; `text` is a name of ``namedFlopsPerToken`` or an expression of ``RowFilter``.
  ///
  /// A column C of the file is kept as `C.original`.
  ///
  /// - Throws: ``TableError`` (usage) for an expression that cannot be read or names an absent
  ///   column, and where there is neither D nor C.
  public func countingFlops(perToken text: String) throws(TableError) -> RunTable {
    let expression = Self.namedFlopsPerToken.first { $0.name == text }?.expression ?? text
    var table: RunTable
    if hasColumn("D") {
      table = try computing(ComputedColumn(name: "C", expression: "(\(expression))*D"))
    } else if hasColumn("C") {
      table = try computing(ComputedColumn(name: "D", expression: "C/(\(expression))"))
    } else {
      throw TableError(
        .usage, source: source, column: "D", found: "neither D nor C",
        expected: "one of them beside FLOPs per token")
    }
    table.flopsPerToken = expression
    return table
  }
}
