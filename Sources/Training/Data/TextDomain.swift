import Corpora
import Foundation
import LanguageModels

/// A text on both sides of its split, before it is cut into tokens.
struct TextDomain {
  /// The share of the documents that are never trained on.
  static let validationFraction = 0.05
  /// The most validation text that a run is judged by, in bytes.
  static let evaluationBytes = 4 << 20

  var corpus: TextCorpus
  var split: CorpusSplit
  /// The documents of the validation side that runs are judged by.
  var judged: [Int]

  /// Without a path it is the toolchain's.
  init(
    path: String? = nil, files: FileSelection = FileSelection()
  ) throws(DatasetError) {
    if let path { try Dataset.checkReadable(path) }
    let text = try DatasetError.wrapping {
      let corpus =
        try path.map { try TextCorpus(contentsOf: $0, selection: files) } ?? .toolchain()
      let divided = Self.divided(corpus)
      return (divided, try Self.split(divided))
    }
    (corpus, split) = text
    judged = Self.evaluationDocuments(of: split, in: corpus)
  }

  /// The tokens of both sides, from the cache if there is one.
  func streams(
    _ tokenizer: any Tokenizer, cacheFolder: String?
  ) throws(DatasetError) -> (training: TokenStream, evaluation: TokenStream) {
    var sides = split
    sides.validation = judged
    let tokens = try DatasetError.wrapping { [corpus] in
      try corpus.tokenized(by: tokenizer, split: sides, cacheFolder: cacheFolder)
    }
    return (tokens.training, tokens.validation)
  }

  /// A text of few documents cut finer, at line ends, so that some of it can be held out.
  private static func divided(_ corpus: TextCorpus) -> TextCorpus {
    let wanted = 40
    guard corpus.documents.count < wanted else { return corpus }
    let size = max(corpus.bytes.count / wanted, 1)
    var parts: [(name: String, text: String)] = []
    for document in corpus.documents {
      var start = document.range.lowerBound
      var number = 0
      func close(_ end: Int) {
        number += 1
        parts.append(
          ("\(document.name)#\(number)", String(decoding: corpus.bytes[start..<end], as: UTF8.self))
        )
        start = end
      }
      for index in document.range {
        let length = index + 1 - start
        let isLineEnd = corpus.bytes[index] == UInt8(ascii: "\n")
        // A line that does not end is cut between two characters.
        let next = index + 1 < document.range.upperBound ? corpus.bytes[index + 1] : 0
        if length >= size && isLineEnd || length >= 2 * size && next & 0xC0 != 0x80 {
          close(index + 1)
        }
      }
      if start < document.range.upperBound { close(document.range.upperBound) }
    }
    return TextCorpus(name: corpus.name, documents: parts, notes: corpus.notes)
  }

  /// The split of the first seed that leaves something on both sides; small texts need another
  /// than the first.
  private static func split(_ corpus: TextCorpus) throws -> CorpusSplit {
    func split(_ seed: UInt64) throws -> CorpusSplit {
      try corpus.split(validationFraction: validationFraction, seed: seed)
    }
    do {
      return try split(0)
    } catch {
      for seed in UInt64(1)..<64 {
        if let other = try? split(seed) { return other }
      }
      throw error
    }
  }

  /// Documents spread evenly over the validation side, up to the limit.
  private static func evaluationDocuments(of split: CorpusSplit, in corpus: TextCorpus) -> [Int] {
    let all = split.validation
    let total = corpus.byteCount(of: all)
    let limit = evaluationBytes
    guard total > limit else { return all }
    // In an order that leaps over the side by the golden ratio, so that any first part is spread.
    let leap = max(Int((Double(all.count) * 0.618_034).rounded()), 1)
    var chosen: [Int] = []
    var bytes = 0
    var place = 0
    var seen = Set<Int>()
    while seen.count < all.count {
      while !seen.insert(place).inserted { place = (place + 1) % all.count }
      let size = corpus.documents[all[place]].range.count
      if bytes + size <= limit {
        chosen.append(all[place])
        bytes += size
      }
      place = (place + leap) % all.count
      // A document that does not fit is passed over, but not for ever.
      if bytes > limit * 9 / 10 { break }
    }
    return chosen.isEmpty ? [all[0]] : chosen.sorted()
  }
}
