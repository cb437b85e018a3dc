internal import Corpora

extension Dataset {
  /// Makes sure that the files behind the data are as they were when they were read.
  ///
  /// Tokens are mapped, not copied, so that a file that somebody writes to in place would change
  /// what a run is trained on and judged by, under the hash of what it was before. Their sizes and
  /// times are looked at first; only a file that was touched is read again.
  ///
  /// - Throws: ``DatasetError`` with the name of what changed.
  public func checkUnchanged() throws(DatasetError) {
    for (stream, hash) in zip(streams, hashes)
    where stream.mayHaveChanged && stream.contentHash != hash {
      throw .text(
        TextCorpusError(
          source: stream.name,
          problem: "the data changed while they were read; nothing that was made of them is "
            + "recorded"))
    }
  }

  /// The hashes of streams that lie in files; zero for those in memory, which nobody can change.
  static func hashes(of content: Content) -> [UInt64] {
    streams(of: content).map { $0.isMapped ? $0.contentHash : 0 }
  }

  private var streams: [TokenStream] { Self.streams(of: content) }

  private static func streams(of content: Content) -> [TokenStream] {
    switch content {
    case .text(let text): [text.training, text.evaluation]
    case .tokens(let training, let evaluation): [training, evaluation]
    case .domains(let domains): domains.flatMap { [$0.training, $0.evaluation] }
    case .language, .task: []
    }
  }
}
