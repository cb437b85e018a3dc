/// Cuts text at added tokens, as PyPI `tokenizers` does: of those that begin leftmost the longest,
/// first among the tokens that are not normalised, then, in each piece of text between those, among
/// the others.
struct AddedTokenFinder: Sendable {
  enum Piece {
    case text(UnsafeBufferPointer<UInt8>)
    case token(Int32)
  }

  private let plain: Search
  private let normalized: Search

  init(_ tokens: [AddedToken]) {
    plain = Search(tokens.filter { !$0.isNormalized })
    normalized = Search(tokens.filter(\.isNormalized))
  }

  /// Calls a function with the pieces of a text, in order. Where the spelling of a special token is
  /// text, no other token is looked for inside it.
  func forEachPiece(
    of bytes: UnsafeBufferPointer<UInt8>, specialTokens: SpecialTokenSpelling,
    _ body: (Piece) -> Void
  ) {
    let takesSpecial = specialTokens == .isToken
    plain.forEachPiece(of: bytes, takesSpecial: takesSpecial) { piece in
      guard case .text(let part) = piece else { return body(piece) }
      normalized.forEachPiece(of: part, takesSpecial: takesSpecial, body)
    }
  }

  /// One pass over a text.
  private struct Search: Sendable {
    private struct Entry: Sendable {
      var token: AddedToken
      var bytes: [UInt8]
    }

    /// By their first byte, the longest first.
    private let entries: [[Entry]]
    private let isEmpty: Bool
    private let isAllSpecial: Bool

    init(_ tokens: [AddedToken]) {
      var entries = [[Entry]](repeating: [], count: 256)
      var seen = Set<String>()
      for token in tokens where !token.spelling.isEmpty && seen.insert(token.spelling).inserted {
        let bytes = Array(token.spelling.utf8)
        entries[Int(bytes[0])].append(Entry(token: token, bytes: bytes))
      }
      self.entries = entries.map { $0.sorted { $0.bytes.count > $1.bytes.count } }
      isEmpty = seen.isEmpty
      isAllSpecial = !tokens.contains { !$0.isSpecial }
    }

    func forEachPiece(
      of text: UnsafeBufferPointer<UInt8>, takesSpecial: Bool, _ body: (Piece) -> Void
    ) {
      /// The end of what was handed on.
      var done = 0
      var index = isEmpty || (isAllSpecial && !takesSpecial) ? text.count : 0
      while index < text.count {
        let candidates = entries[Int(text[index])]
        guard !candidates.isEmpty,
          let found = candidates.first(where: { text[index...].starts(with: $0.bytes) })
        else {
          index += 1
          continue
        }
        let match = index..<index + found.bytes.count
        // The search goes on behind the match even where it is not taken.
        index = match.upperBound
        let token = found.token
        if token.isSpecial, !takesSpecial { continue }
        if token.isWholeWord, !Self.isWholeWord(match, in: text) { continue }
        let start =
          token.takesSpaceBefore
          ? max(CharacterEdge.spaceStart(before: match.lowerBound, in: text), done)
          : match.lowerBound
        let end =
          token.takesSpaceAfter
          ? CharacterEdge.spaceEnd(after: match.upperBound, in: text) : match.upperBound
        if done < start { body(.text(UnsafeBufferPointer(rebasing: text[done..<start]))) }
        body(.token(token.token))
        // A match inside the space that the one before has taken brings the rest of it back, as in
        // `tokenizers`.
        done = end
      }
      if done < text.count { body(.text(UnsafeBufferPointer(rebasing: text[done...]))) }
    }

    private static func isWholeWord(
      _ match: Range<Int>, in text: UnsafeBufferPointer<UInt8>
    ) -> Bool {
      let before = CharacterEdge.scalar(before: match.lowerBound, in: text)
      let after = CharacterEdge.scalar(at: match.upperBound, in: text)
      return !(before.map(CharacterEdge.isWord) ?? false)
        && !(after.map(CharacterEdge.isWord) ?? false)
    }
  }
}
