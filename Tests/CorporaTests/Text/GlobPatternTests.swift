import Corpora
import Testing

struct GlobPatternTests {
  private static let files = [
    "Makefile", "a.py", "a.pyc", "data/[x].txt", "data/b.py", "data/deep/c.py", "data/deep/d.md",
    "docs/a.md", "tests/a.py", "tests/sub/b.txt", "é.txt",
  ]

  /// What people who know `.gitignore` and `rg --glob` expect.
  static let patterns: [(pattern: String, expected: [String])] = [
    ("*.py", ["a.py", "data/b.py", "data/deep/c.py", "tests/a.py"]),
    ("*.md", ["data/deep/d.md", "docs/a.md"]),
    ("/*.py", ["a.py"]),
    ("./a.py", ["a.py"]),
    ("data/*.py", ["data/b.py"]),
    ("data/**/*.py", ["data/b.py", "data/deep/c.py"]),
    ("**/deep/*", ["data/deep/c.py", "data/deep/d.md"]),
    ("data/**", ["data/[x].txt", "data/b.py", "data/deep/c.py", "data/deep/d.md"]),
    ("tests", ["tests/a.py", "tests/sub/b.txt"]),
    ("tests/", ["tests/a.py", "tests/sub/b.txt"]),
    ("deep", ["data/deep/c.py", "data/deep/d.md"]),
    ("a.py/", []),
    ("?.txt", ["é.txt"]),
    ("[ab].py", ["a.py", "data/b.py", "tests/a.py"]),
    ("[!a].py", ["data/b.py", "data/deep/c.py"]),
    ("[a-b].*", ["a.py", "a.pyc", "data/b.py", "docs/a.md", "tests/a.py", "tests/sub/b.txt"]),
    ("[[]*", ["data/[x].txt"]),
    ("\\[x].txt", ["data/[x].txt"]),
    ("[x.txt", []),
    (
      "*.{py,md}",
      [
        "a.py", "data/b.py", "data/deep/c.py", "data/deep/d.md", "docs/a.md", "tests/a.py",
      ]
    ),
    ("{data/{b,deep/c},tests/a}.py", ["data/b.py", "data/deep/c.py", "tests/a.py"]),
    ("{x}", []),
    ("*", files),
    ("**", files),
    ("Make*", ["Makefile"]),
    ("make*", []),
    ("py", []),
  ]

  @Test(arguments: patterns.indices)
  func patternsMatchWhatPeopleExpect(index: Int) {
    let (pattern, expected) = Self.patterns[index]
    let glob = GlobPattern(pattern)
    let found = Self.files.filter { glob.matches($0) }
    #expect(found == expected, "\(pattern)")
  }
}
