public import LanguageModels
public import Tensors

/// How often the most probable token is the right one, where an answer is asked for.
///
/// Every answer token is predicted from the tokens before it as they should be, so one forward pass
/// measures a whole batch; where answers have one token this is the accuracy of a model that writes
/// them itself.
public struct AnswerAccuracy: Hashable, Sendable {
  /// The share of answer tokens that are right.
  public var tokens: Double
  /// The share of sequences with every answer token right.
  public var sequences: Double
  /// The number of answer tokens.
  public var count: Int

  /// Measures a model on held-out micro-batches. Targets that are negative ask for nothing; the
  /// recipe says how many micro-batches to take at most.
  ///
  /// - Throws: ``TrainingError`` if no batch asks for anything.
  public init<Element: TensorElement>(
    of model: LanguageModel<Element>, on batches: any ValidationBatches, recipe: TrainingRecipe,
    pool: ThreadPool
  ) throws(TrainingError) {
    let (batch, length) = (recipe.microBatchSize, recipe.sequenceLength)
    let tape = Tape<Element>(pool: pool, isDifferentiable: false)
    let pass = ForwardPass(tape: tape, batch: batch, length: length)
    let logits = model.logits(pass)
    let targets = tape.indices([batch * length])
    var (right, asked, whole, sequences) = (0, 0, 0, 0)
    for index in 0..<min(batches.count, recipe.validation.batches) {
      batches.write(batch: index, inputs: pass.tokens.buffer, targets: targets.buffer)
      tape.replay()
      for sequence in 0..<batch {
        var (hits, answers) = (0, 0)
        for row in sequence * length..<(sequence + 1) * length where targets.values[row] >= 0 {
          answers += 1
          if Self.highest(logits, row: row) == Int(targets.values[row]) { hits += 1 }
        }
        guard answers > 0 else { continue }
        right += hits
        asked += answers
        sequences += 1
        if hits == answers { whole += 1 }
      }
    }
    guard asked > 0 else {
      throw TrainingError(.badData, "validation", "no held-out batch has a token to predict")
    }
    tokens = Double(right) / Double(asked)
    self.sequences = Double(whole) / Double(sequences)
    count = asked
  }

  /// The place of the largest number of a row.
  private static func highest<Element: TensorElement>(_ logits: Tensor<Element>, row: Int) -> Int {
    let width = logits.columnCount
    let numbers = logits.values + row * width
    var best = 0
    for column in 1..<width where numbers[column] > numbers[best] { best = column }
    return best
  }
}
