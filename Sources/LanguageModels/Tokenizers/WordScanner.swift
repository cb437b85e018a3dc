/// Cuts bytes into words by a ``WordPattern``.
struct WordScanner {
  let pattern: WordPattern
  let bytes: UnsafeBufferPointer<UInt8>
  private let classes = CharacterClass.table

  init(_ bytes: UnsafeBufferPointer<UInt8>, pattern: WordPattern) {
    self.bytes = bytes
    self.pattern = pattern
  }

  /// The end of the word that starts at `start`, which must lie inside the text.
  @inline(__always)
  func wordEnd(from start: Int) -> Int {
    switch pattern {
    case .gpt2: gpt2WordEnd(from: start)
    case .llama3: llama3WordEnd(from: start)
    case .wholeText: bytes.count
    }
  }

  private func gpt2WordEnd(from start: Int) -> Int {
    let byte = bytes[start]
    if byte == UInt8(ascii: "'") {
      let length = contractionLength(at: start, ignoringCase: false)
      if length > 0 { return start + length }
    }
    var body = start
    var (kind, length) = character(at: start)
    if byte == 0x20, start + 1 < bytes.count {
      let next = character(at: start + 1)
      if next.kind < CharacterClass.space {
        body = start + 1
        (kind, length) = next
      }
    }
    if kind < CharacterClass.space { return runEnd(of: kind, from: body + length) }
    return spaceEnd(from: start)
  }

  private func llama3WordEnd(from start: Int) -> Int {
    let byte = bytes[start]
    if byte == UInt8(ascii: "'") {
      let length = contractionLength(at: start, ignoringCase: true)
      if length > 0 { return start + length }
    }
    let first = character(at: start)
    let after = start + first.length
    switch first.kind {
    case CharacterClass.letter: return runEnd(of: CharacterClass.letter, from: after)
    case CharacterClass.number: return numberEnd(from: after)
    case CharacterClass.newline: return llama3SpaceEnd(from: start)
    default: break
    }
    // A space or a sign: one such character may open a run of letters.
    var next: (kind: UInt8, length: Int)?
    if after < bytes.count { next = character(at: after) }
    if let next, next.kind == CharacterClass.letter {
      return runEnd(of: CharacterClass.letter, from: after + next.length)
    }
    if first.kind == CharacterClass.other { return signsEnd(from: after) }
    if byte == 0x20, let next, next.kind == CharacterClass.other {
      return signsEnd(from: after + next.length)
    }
    return llama3SpaceEnd(from: start)
  }

  /// `\p{N}{1,3}` after its first character.
  private func numberEnd(from start: Int) -> Int {
    var end = start
    for _ in 0..<2 where end < bytes.count {
      let next = character(at: end)
      guard next.kind == CharacterClass.number else { break }
      end += next.length
    }
    return end
  }

  /// `[^\s\p{L}\p{N}]+[\r\n]*` after its first character.
  private func signsEnd(from start: Int) -> Int {
    var end = runEnd(of: CharacterClass.other, from: start)
    while end < bytes.count, bytes[end] == 0x0A || bytes[end] == 0x0D { end += 1 }
    return end
  }

  /// `\s*[\r\n]+|\s+(?!\S)|\s+`: through the last line end of the run, if it has one.
  private func llama3SpaceEnd(from start: Int) -> Int {
    var index = start
    var lastLineEnd = -1
    while index < bytes.count {
      let next = character(at: index)
      guard next.kind >= CharacterClass.space else { break }
      index += next.length
      if next.kind == CharacterClass.newline { lastLineEnd = index }
    }
    return lastLineEnd >= 0 ? lastLineEnd : spaceEnd(from: start)
  }

  /// `\s+(?!\S)|\s+`: all white space, but for its last character where a word follows that can
  /// take it and something is left.
  private func spaceEnd(from start: Int) -> Int {
    var index = start
    var last = start
    while index < bytes.count {
      let next = character(at: index)
      guard next.kind >= CharacterClass.space else { return last > start ? last : index }
      last = index
      index += next.length
    }
    return index
  }

  private func runEnd(of kind: UInt8, from start: Int) -> Int {
    var index = start
    while index < bytes.count {
      let next = character(at: index)
      guard next.kind == kind else { break }
      index += next.length
    }
    return index
  }

  /// The length in bytes of `'s 't 're 've 'm 'll 'd`; 0 if none stands at the index.
  private func contractionLength(at index: Int, ignoringCase: Bool) -> Int {
    guard index + 1 < bytes.count else { return 0 }
    let mask: UInt8 = ignoringCase ? 0x20 : 0
    let first = bytes[index + 1] | mask
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
    default: break
    }
    guard index + 2 < bytes.count else { return 0 }
    // The long s, U+017F, is an s when case does not count.
    if ignoringCase, bytes[index + 1] == 0xC5, bytes[index + 2] == 0xBF { return 3 }
    switch (first, bytes[index + 2] | mask) {
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return 3
    default: return 0
    }
  }

  /// The class and the length in bytes of the character at an index; a byte that starts no valid
  /// UTF-8 sequence is a sign of one byte.
  @inline(__always)
  private func character(at index: Int) -> (kind: UInt8, length: Int) {
    let byte = bytes[index]
    if byte < 0x80 { return (classes[Int(byte)], 1) }
    return multibyteCharacter(at: index)
  }

  private func multibyteCharacter(at index: Int) -> (kind: UInt8, length: Int) {
    let first = UInt32(bytes[index])
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    let invalid = (kind: CharacterClass.other, length: 1)
    guard first >= 0xC2, first <= 0xF4, index + length <= bytes.count else { return invalid }
    var value = first & (0xFF >> UInt32(length + 1))
    for offset in 1..<length {
      let byte = bytes[index + offset]
      guard byte & 0xC0 == 0x80 else { return invalid }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    // Overlong forms and surrogates are not UTF-8.
    if length == 3, value < 0x800 || (0xD800..<0xE000).contains(value) { return invalid }
    if length == 4, value < 0x10000 || value > 0x10FFFF { return invalid }
    return (value < 0x40000 ? classes[Int(value)] : CharacterClass.other, length)
  }
}
