/// The file formats that can be read.
public enum TableFormat: String, Sendable, CaseIterable {
  /// Delimited text with a header row (RFC 4180).
  case csv
  /// Delimited text with tabs.
  case tsv
  case jsonl
  /// An array of objects, an object of arrays, or an object that holds one array of objects.
  case json
}
