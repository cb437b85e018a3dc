internal import Corpora
internal import Foundation
internal import LanguageModels
internal import Tensors

/// The loss of a model on a text longer than its context, by windows that overlap.
///
/// Windows start a stride apart. Each counts the targets that earlier ones did not, so that every
/// token but those of the first window has at least context − stride tokens before it.
struct SlidingLoss: Encodable {
  /// The number of tokens that were predicted: all but the first.
  var tokens: Int
  /// The number of bytes that they stand for; nil where that is not known.
  var bytes: Int?
  /// The mean of −ln p in nats.
  var loss: Double
  /// exp(loss).
  var perplexity: Double
  /// Bits per byte of text.
  var bitsPerByte: Double?
  /// The length of windows and the distance between them.
  var context: Int
  var stride: Int
  /// The loss without the tokens that a template puts around the text, and without the text's first
  /// token, which is predicted from them alone; nil where there is no template.
  var withoutTemplate: Part?

  /// A part of the tokens.
  struct Part: Encodable {
    var tokens: Int
    /// The mean of −ln p in nats.
    var loss: Double
  }

  init(
    _ model: LanguageModel<Float>, on text: [Int32], stride: Int,
    template: TextTemplate = TextTemplate(), tokenizer: (any Tokenizer)?, pool: ThreadPool
  ) throws {
    let targets = text.count - 1
    guard targets >= 1 else {
      throw CommandFailure(.badData, "the text has \(text.count) tokens, expected at least 2")
    }
    let length = min(model.configuration.contextLength, targets)
    let tape = Tape<Float>(pool: pool, isDifferentiable: false)
    let pass = ForwardPass(tape: tape, batch: 1, length: length)
    let wanted = tape.indices([length])
    let recorded = model.loss(pass, targets: wanted)
    let crossEntropy = pass.crossEntropy ?? recorded
    // Of target t, which is token t + 1.
    let isOwn = { (target: Int) in
      target >= template.before.count && target < targets - template.after.count
    }
    var nats = 0.0
    var foreign = (nats: 0.0, count: 0)
    var done = 0
    while done < targets {
      // The last window ends with the text.
      let end = done == 0 ? length : min(done + stride, targets)
      let start = end - length
      for place in 0..<length {
        pass.tokens.values[place] = text[start + place]
        wanted.values[place] = start + place >= done ? text[start + place + 1] : -1
      }
      tape.replay()
      nats += Double(crossEntropy.values.pointee) * Double(end - done)
      for target in done..<end where !template.isEmpty && !isOwn(target) {
        for place in 0..<length {
          wanted.values[place] = start + place == target ? text[target + 1] : -1
        }
        tape.replay()
        foreign.nats += Double(crossEntropy.values.pointee)
        foreign.count += 1
      }
      done = end
    }
    tokens = targets
    loss = nats / Double(targets)
    perplexity = exp(loss)
    context = length
    self.stride = stride
    if foreign.count > 0, foreign.count < targets {
      let count = targets - foreign.count
      withoutTemplate = Part(tokens: count, loss: (nats - foreign.nats) / Double(count))
    }
    if let tokenizer {
      let count = text.dropFirst().reduce(0) { $0 + tokenizer.byteCount(of: $1) }
      bytes = count
      if count > 0 { bitsPerByte = BitsPerByte.bitsPerByte(nats: nats, byteCount: count) }
    }
  }
}
