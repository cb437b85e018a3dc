/// A pattern for the paths below a folder, as `.gitignore` and `rg --glob` have them.
///
/// `*` stands for any characters of a name, `?` for one, `[a-z]` for one of a set (`[!a-z]` for one
/// that is not), `{a,b}` for either, `**` for any number of folders, and `\` takes a character as it
/// is. A pattern without `/` is looked for at any depth; one with it is the path from the folder. A
/// pattern that names a folder takes all that is in it.
public struct GlobPattern: Sendable, Hashable {
  /// The pattern as it was written.
  public let text: String
  /// The names of the path for each choice of braces.
  private let choices: [[[Character]]]
  /// Whether folders alone are meant (`build/`).
  private let isFolder: Bool

  /// Reads a pattern; every text is one.
  public init(_ text: String) {
    self.text = text
    var pattern = text
    // The folder itself: `./a` is `/a`.
    while pattern.hasPrefix("./") { pattern.removeFirst() }
    isFolder = pattern.hasSuffix("/")
    while pattern.hasSuffix("/") { pattern.removeLast() }
    choices = Self.expanded(Array(pattern)).map { choice in
      let names = choice.split(separator: "/", omittingEmptySubsequences: true).map(Array.init)
      let isAnywhere = !choice.contains("/")
      return isAnywhere ? [["*", "*"]] + names : names
    }
  }

  /// Whether a file's path from the folder, such as `src/a.py`, or a folder that it is in matches.
  public func matches(_ path: String) -> Bool {
    let names = path.split(separator: "/").map(Array.init)
    let longest = isFolder ? names.count - 1 : names.count
    guard longest > 0 else { return false }
    return (1...longest).contains { length in
      choices.contains { Self.matches($0[...], names[..<length]) }
    }
  }

  private static func matches(
    _ pattern: ArraySlice<[Character]>, _ names: ArraySlice<[Character]>
  ) -> Bool {
    guard let first = pattern.first else { return names.isEmpty }
    if first == ["*", "*"] {
      return (names.startIndex...names.endIndex).contains {
        matches(pattern.dropFirst(), names[$0...])
      }
    }
    guard let name = names.first, matches(first[...], name[...]) else { return false }
    return matches(pattern.dropFirst(), names.dropFirst())
  }

  private static func matches(
    _ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>
  ) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    let rest = pattern.dropFirst()
    switch first {
    case "*":
      return (name.startIndex...name.endIndex).contains { matches(rest, name[$0...]) }
    case "?":
      return !name.isEmpty && matches(rest, name.dropFirst())
    case "[":
      guard let end = setEnd(pattern) else { break }
      guard let character = name.first else { return false }
      let set = pattern[(pattern.startIndex + 1)..<end]
      return contains(set, character) && matches(pattern[(end + 1)...], name.dropFirst())
    case "\\":
      guard let character = rest.first else { break }
      return name.first == character && matches(rest.dropFirst(), name.dropFirst())
    default: break
    }
    return name.first == first && matches(rest, name.dropFirst())
  }

  /// Where a set ends; nil for a bracket that is never closed, which stands for itself. A bracket
  /// right after the opening one is of the set.
  private static func setEnd(_ pattern: ArraySlice<Character>) -> Int? {
    var start = pattern.startIndex + 1
    if start < pattern.endIndex, "!^".contains(pattern[start]) { start += 1 }
    guard start < pattern.endIndex else { return nil }
    return pattern[(start + 1)...].firstIndex(of: "]")
  }

  private static func contains(_ set: ArraySlice<Character>, _ character: Character) -> Bool {
    var set = set
    let isInverted = set.first.map { "!^".contains($0) } ?? false
    if isInverted { set = set.dropFirst() }
    var isIn = false
    while let low = set.first {
      if set.count >= 3, set[set.startIndex + 1] == "-" {
        isIn = isIn || (low...max(low, set[set.startIndex + 2])).contains(character)
        set = set.dropFirst(3)
      } else {
        isIn = isIn || low == character
        set = set.dropFirst()
      }
    }
    return isIn != isInverted
  }

  /// Braces without a comma stand for themselves.
  private static func expanded(_ pattern: [Character]) -> [[Character]] {
    guard let open = pattern.firstIndex(of: "{") else { return [pattern] }
    var depth = 0
    var parts: [[Character]] = [[]]
    for index in pattern[open...].indices {
      let character = pattern[index]
      if character == "{" { depth += 1 }
      if character == "}" { depth -= 1 }
      if depth == 0 {
        guard parts.count > 1 else { break }
        let tail = Array(pattern[(index + 1)...])
        return parts.flatMap { expanded(Array(pattern[..<open]) + $0 + tail) }
      }
      if depth == 1, character == "," {
        parts.append([])
      } else if index > open {
        parts[parts.count - 1].append(character)
      }
    }
    return expanded(Array(pattern[(open + 1)...])).map { Array(pattern[...open]) + $0 }
  }
}
