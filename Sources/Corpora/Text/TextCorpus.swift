/// Documents of UTF-8 text, held in memory.
///
/// Texts larger than memory are better given as tokens: see ``TokenStream``.
public struct TextCorpus: Sendable {
  /// What the corpus is called in reports.
  public let name: String
  /// All documents, one after the other.
  public let bytes: [UInt8]
  /// The documents in their fixed order.
  public let documents: [TextDocument]
  /// What was left out on reading, one sentence each.
  public let notes: [String]

  /// Makes a corpus from documents in memory.
  public init(
    name: String, documents: [(name: String, text: String)], notes: [String] = []
  ) {
    self.init(name: name, parts: documents.map { ($0.name, Array($0.text.utf8)) }, notes: notes)
  }

  init(name: String, parts: [(name: String, bytes: [UInt8])], notes: [String]) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(parts.reduce(0) { $0 + $1.bytes.count })
    var documents: [TextDocument] = []
    for part in parts {
      documents.append(
        TextDocument(name: part.name, range: bytes.count..<(bytes.count + part.bytes.count)))
      bytes += part.bytes
    }
    self.name = name
    self.bytes = bytes
    self.documents = documents
    self.notes = notes
  }

  /// The text of one document.
  public func text(of document: Int) -> String {
    String(decoding: bytes[documents[document].range], as: UTF8.self)
  }

  /// Calls a function with the bytes of one document.
  public func withBytes<Result>(
    of document: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    try bytes.withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[documents[document].range]))
    }
  }

  /// The number of bytes in some of the documents.
  public func byteCount(of documents: [Int]) -> Int {
    documents.reduce(0) { $0 + self.documents[$1].range.count }
  }
}

/// The place of one document in a corpus.
public struct TextDocument: Sendable, Hashable {
  /// The file, with the number of the part or line if the file holds several.
  public var name: String
  /// Its bytes within ``TextCorpus/bytes``.
  public var range: Range<Int>
}
