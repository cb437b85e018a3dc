internal import Corpora
internal import Foundation
internal import LanguageModels
internal import Training

/// What a run has to beat, on the very tokens that it is judged by.
struct Baselines {
  var data: Dataset
  var recipe: TrainingRecipe

  /// The number of held-out tokens that are predicted, and of the bytes that they stand for.
  func extent() throws -> (tokens: Int, bytes: Int?) {
    switch data.content {
    case .text, .tokens:
      let windows = try data.allWindows(recipe)
      return (windows.targetCount, data.tokenizer.map { windows.targetByteCount(tokenizer: $0) })
    case .language:
      return (recipe.validation.batches * recipe.microBatchSize * recipe.sequenceLength, nil)
    case .domains(let domains):
      let parts = try DomainValidation(domains, recipe: recipe).parts
      return (parts.reduce(0) { $0 + $1.targetCount }, nil)
    case .task(let task):
      let held = try TaskValidation(task, recipe: recipe)
      var count = 0
      let size = recipe.microBatchSize * recipe.sequenceLength
      var inputs = [Int32](repeating: 0, count: size)
      var targets = inputs
      for batch in 0..<held.count {
        inputs.withUnsafeMutableBufferPointer { inputs in
          targets.withUnsafeMutableBufferPointer {
            held.write(batch: batch, inputs: inputs, targets: $0)
          }
        }
        count += targets.count { $0 >= 0 }
      }
      return (count, nil)
    }
  }

  /// The losses to compare with.
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
          name: "ideal predictor", loss: language.idealLoss(of: try languageWindows(language))),
        Baseline(name: "best without context", loss: language.unigramEntropy),
      ]
    case .task(let task):
      return [Baseline(name: "guessing", loss: log(Double(task.answerAlphabet.count)))]
    }
  }

  /// The windows that validate a run on a language.
  private func languageWindows(_ language: any SyntheticLanguage) throws -> [[Int32]] {
    let held = LanguageValidation(language, recipe: recipe)
    let length = recipe.sequenceLength
    var inputs = [Int32](repeating: 0, count: recipe.microBatchSize * length)
    var targets = inputs
    var windows: [[Int32]] = []
    for batch in 0..<held.count {
      inputs.withUnsafeMutableBufferPointer { inputs in
        targets.withUnsafeMutableBufferPointer {
          held.write(batch: batch, inputs: inputs, targets: $0)
        }
      }
      for start in stride(from: 0, to: inputs.count, by: length) {
        windows.append(Array(inputs[start..<start + length]) + [targets[start + length - 1]])
      }
    }
    return windows
  }

  private func losses(
    _ text: Dataset.TextContent, _ tokenizer: any Tokenizer
  ) throws -> [Baseline] {
    let windows = try data.allWindows(recipe)
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
