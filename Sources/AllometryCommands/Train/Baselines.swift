internal import Corpora
internal import Foundation
internal import LanguageModels
internal import Training

/// What a run has to beat, on the very tokens that it is judged by.
struct Baselines {
  var data: Dataset
  var recipe: TrainingRecipe

  func losses() throws -> [Baseline] {
    switch data.content {
    case .text(let text):
      guard let tokenizer = data.tokenizer else { return [] }
      return try losses(text, tokenizer)
    case .tokens, .domains:
      return [Baseline(name: "uniform", loss: log(Double(data.vocabularyCount)))]
    case .language(let language):
      // On these very windows: the expected loss would carry the noise of drawing them.
      return [
        Baseline(
          name: "ideal predictor", loss: language.idealLoss(of: try languageWindows())),
        Baseline(name: "best without context", loss: language.unigramEntropy),
      ]
    case .task(let task):
      return [Baseline(name: "guessing", loss: log(Double(task.answerAlphabet.count)))]
    }
  }

  private func languageWindows() throws -> [[Int32]] {
    let length = recipe.sequenceLength
    var windows: [[Int32]] = []
    try data.heldOut(recipe).forEachBatch(recipe) { inputs, targets in
      for start in stride(from: 0, to: inputs.count, by: length) where targets[start] >= 0 {
        windows.append(Array(inputs[start..<start + length]) + [targets[start + length - 1]])
      }
    }
    return windows
  }

  private func losses(
    _ text: Dataset.TextContent, _ tokenizer: any Tokenizer
  ) throws -> [Baseline] {
    guard let windows = try data.heldOut(recipe) as? EvaluationBatches else { return [] }
    let bytes = ByteTokenizer()
    let training =
      tokenizer is ByteTokenizer
      ? text.training
      : TokenStream(
        tokens: text.corpus.encode(text.split.training, by: bytes), name: text.training.name)
    let model = try ByteNGramModel(training: training, order: 5)
    // A token as the bytes that it stands for, the end of text being one of the byte tokens too.
    func symbols(_ token: Int32) -> [Int32] {
      if token == tokenizer.endOfText { return [256] }
      var result: [UInt8] = []
      tokenizer.appendBytes(of: token, to: &result)
      return result.map { Int32($0) }
    }
    var nats = 0.0
    var judged: [UInt8] = []
    for batch in 0..<windows.count {
      for start in windows.starts(of: batch) {
        // What comes before a window is known to whoever reads the text in order.
        var context = (max(start - 4, 0)...start).flatMap { symbols(windows.stream[$0]) }
        for place in start + 1...start + recipe.sequenceLength {
          for symbol in symbols(windows.stream[place]) {
            nats -= log(model.probability(of: symbol, after: context.suffix(4)))
            context.append(symbol)
            if symbol < 256 { judged.append(UInt8(symbol)) }
          }
          if context.count > 64 { context.removeFirst(context.count - 4) }
        }
      }
    }
    let targets = Double(windows.targetCount)
    var result = [
      Baseline(
        name: "byte 5-gram, same training text", loss: nats / targets,
        bitsPerByte: BitsPerByte.bitsPerByte(nats: nats, byteCount: judged.count))
    ]
    // A machine without gzip still has its results.
    if let packed = try? GzipBaseline.compressedByteCount(of: judged) {
      let bits = 8 * Double(packed)
      result.append(
        Baseline(
          name: "gzip -9, no training text", loss: bits * log(2) / targets,
          bitsPerByte: bits / Double(judged.count)))
    }
    return result
  }
}
