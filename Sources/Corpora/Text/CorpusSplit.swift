internal import Files

/// Which documents of a corpus a model is trained on and which it is judged by.
public struct CorpusSplit: Sendable, Hashable {
  /// The documents to train on, in the order of the corpus.
  public var training: [Int]
  /// The documents to judge by, in the order of the corpus.
  public var validation: [Int]
  /// How many documents were left out because the same text came before.
  public var duplicateCount: Int
}

extension TextCorpus {
  /// Splits the documents by a hash of their text into the expected share of validation, above 0
  /// and below 1, and the rest; throws ``TextCorpusError`` for another share or an empty side.
  ///
  /// A document's side depends on its text, the seed and the fraction alone: adding, renaming or
  /// reordering documents moves no other one. Equal documents are kept once, so none is on both
  /// sides. Documents that are nearly equal may still fall on different sides.
  public func split(
    validationFraction: Double = 0.05, seed: UInt64 = 0
  ) throws(TextCorpusError) -> CorpusSplit {
    guard validationFraction > 0, validationFraction < 1 else {
      throw TextCorpusError(
        source: name,
        problem: "the validation fraction is \(validationFraction); it must lie between 0 and 1")
    }
    var split = CorpusSplit(training: [], validation: [], duplicateCount: 0)
    var seen: [UInt64: [Int]] = [:]
    for document in documents.indices {
      let hash = withBytes(of: document) {
        StableHash.hash(UnsafeRawBufferPointer($0), seed: seed)
      }
      let range = documents[document].range
      let isKnown = seen[hash, default: []].contains {
        bytes[documents[$0].range].elementsEqual(bytes[range])
      }
      if isKnown {
        split.duplicateCount += 1
        continue
      }
      seen[hash, default: []].append(document)
      if Double(hash >> 11) * 0x1p-53 < validationFraction {
        split.validation.append(document)
      } else {
        split.training.append(document)
      }
    }
    for (side, isEmpty) in [
      ("validation", split.validation.isEmpty), ("training", split.training.isEmpty),
    ] where isEmpty {
      throw TextCorpusError(
        source: name,
        problem: "the \(side) side of \(documents.count) documents is empty at fraction "
          + "\(validationFraction) and seed \(seed); give more documents, another fraction or "
          + "another seed")
    }
    return split
  }
}
