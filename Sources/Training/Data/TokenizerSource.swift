import Corpora
import Files
import Foundation
import LanguageModels

/// Where the tokenizer of some text comes from.
struct TokenizerSource {
  var choice: DatasetDescription.TokenizerChoice?
  var vocabulary: Int?
  /// The file of a run that is resumed.
  var kept: String?
  var cacheFolder: String?

  /// The tokenizer of texts, and what records call it.
  func tokenizer(
    for texts: [TextDomain]
  ) throws(DatasetError) -> (tokenizer: any Tokenizer, name: String) {
    let isSmall = texts.reduce(0) { $0 + $1.corpus.bytes.count } < Dataset.smallText
    switch choice ?? (isSmall && vocabulary == nil ? .bytes : .bytePairs) {
    case .bytes:
      return (ByteTokenizer(), "bytes")
    case .bytePairs:
      return (try bytePairs(of: texts), "bpe")
    case .file(let path):
      try Dataset.checkReadable(path)
      let tokenizer = try DatasetError.wrapping { try BytePairTokenizer(contentsOf: path) }
      return (tokenizer, (path as NSString).lastPathComponent)
    }
  }

  private func bytePairs(of texts: [TextDomain]) throws(DatasetError) -> BytePairTokenizer {
    // The one that the run began with: learning it again takes longer and says the same.
    if let kept, FileManager.default.fileExists(atPath: kept) {
      return try DatasetError.wrapping { try BytePairTokenizer(contentsOf: kept) }
    }
    let count = vocabulary ?? Dataset.usualVocabulary
    let cache = cacheFolder.map { "\($0)/\(key(texts, count)).tokenizer.json" }
    // A cached file that is not as it was written would give every run another identity.
    if let cache, let sum = RegularFile.contents(atPath: "\(cache).sum"),
      (try? FileChecksum.of(cache)).map({ Data($0.utf8) }) == sum,
      let known = try? BytePairTokenizer(contentsOf: cache)
    {
      return known
    }
    let learned = try DatasetError.wrapping {
      var training = BytePairTraining(pattern: .gpt2)
      for text in texts {
        for document in text.split.training {
          text.corpus.withBytes(of: document) { training.count($0) }
        }
      }
      return try training.tokenizer(vocabularyCount: count)
    }
    if let cache, let cacheFolder {
      do {
        try FileManager.default.createDirectory(
          atPath: cacheFolder, withIntermediateDirectories: true)
        try AtomicFile.write(Data(learned.json().utf8), to: cache)
        try AtomicFile.write(Data(try FileChecksum.of(cache).utf8), to: "\(cache).sum")
      } catch {
        throw .missing(path: cacheFolder, problem: "the cache cannot be written")
      }
    }
    return learned
  }

  /// A hash of all that is learned from and of the size; the version rises when another tokenizer is
  /// learned from the same.
  private func key(_ texts: [TextDomain], _ count: Int) -> String {
    let version: UInt64 = 1
    var hash = version
    func mix(_ word: UInt64) {
      withUnsafeBytes(of: word.littleEndian) { hash = StableHash.hash($0, seed: hash) }
    }
    mix(UInt64(count))
    for text in texts {
      mix(UInt64(text.split.training.count))
      for document in text.split.training {
        text.corpus.withBytes(of: document) {
          hash = StableHash.hash(UnsafeRawBufferPointer($0), seed: hash)
        }
      }
    }
    return hash.hexadecimal
  }
}
