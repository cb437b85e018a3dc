import Foundation
import TestSupport

/// What PyPI `tokenizers` made of the texts (`Goldens/tokenizers/make_tokenizers.py`).
struct TokenizerGoldens: Decodable {
  struct Row: Decodable {
    var tokens: [Int32]
    var ends: [Int]
  }

  struct Merges: Decodable {
    var gpt2: [[String]]
    var llama3: [[String]]
  }

  var texts: [String]
  var gpt2: [Row]
  var llama3: [Row]
  var merges: Merges

  static let folder = PackageRoot.url("Tests/LanguageModelsTests/Goldens/tokenizers")

  static func read() throws -> TokenizerGoldens {
    let data = try Data(contentsOf: folder.appendingPathComponent("expected.json"))
    return try JSONDecoder().decode(TokenizerGoldens.self, from: data)
  }

  static func path(_ name: String) -> String {
    folder.appendingPathComponent(name).path
  }

  func rows(_ name: String) -> [Row] { name == "gpt2" ? gpt2 : llama3 }
}

/// SplitMix64: small, seeded, the same everywhere.
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
