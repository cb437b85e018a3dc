/// A condition on the rows of a table, such as `D/N<=200 && family==c4`.
///
/// The language has numbers (`1e9`, `7B`, `1_000`), columns, `+ - * / % ^`, unary minus, the
/// functions `log` and `ln` (both natural), `log10`, `log2`, `exp`, `sqrt`, `abs`, `floor`, `ceil`,
/// `round`, `min` and `max` (of two values or more), the comparisons `< <= > >= == !=`, `&& || !`
/// and parentheses. `^` binds to the right and stronger than a minus sign before it: `-2^2` is −4.
/// The remainder `a % b` has the sign of b, so that `step % 20 == 0` keeps every twentieth step.
///
/// A column is written bare (letters, digits, `_`, `.`; a `/` only when a column of exactly that
/// name exists, so that `D/N` is a division), or in backticks or double quotes. Text is written in
/// single or double quotes, and a bare word beside a column of text is text. Text is compared with
/// `==` and `!=` only. A missing number makes every comparison false except `!=`, which it makes
/// true; `loss==NA` and `loss!=NA` ask whether it is missing. A missing text is the empty string, and
/// `None` is a word there.
public struct RowFilter: Sendable {
  /// The condition as it was written.
  public let text: String
  let program: FilterProgram

  /// Parses a condition for tables with the columns of the given one.
  ///
  /// - Throws: ``TableError`` (usage) that shows the text, the character, what was found, what was
  ///   expected, and the nearest column if an unknown one was named.
  public static func parse(
    _ text: String, for table: RunTable
  ) throws(TableError) -> RowFilter {
    var parser = FilterParser(text: text, table: table)
    return RowFilter(text: text, program: try parser.parse())
  }

  /// Whether each row meets the condition.
  ///
  /// - Throws: ``TableError`` where a column of the condition is absent, or holds text in place of
  ///   numbers.
  public func matches(_ table: RunTable) throws(TableError) -> [Bool] {
    try program.run(on: table)
  }
}

extension RunTable {
  /// The rows that meet a condition, in order; throws as ``RowFilter/matches(_:)``.
  public func filtered(by filter: RowFilter) throws(TableError) -> RunTable {
    let matches = try filter.matches(self)
    return selecting(rows: matches.indices.filter { matches[$0] })
  }

  /// The rows that meet a condition given as text. Throws as ``RowFilter/parse(_:for:)``.
  public func filtered(by text: String) throws(TableError) -> RunTable {
    try filtered(by: RowFilter.parse(text, for: self))
  }
}
