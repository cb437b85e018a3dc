internal import Foundation
internal import LanguageModels
internal import Training

/// What `run.json` in a run's folder says: everything that was decided, and how it went.
struct RunRecord: Codable {
  var schema = "allometry.run/1"
  var version: String
  var status: Status
  /// The arguments after `train`, as they were first given.
  var arguments: [String]
  /// The time to train in seconds, where that decided the number of steps.
  var timeBudget: Double?
  var data: DatasetRecord
  var model: ModelConfiguration
  var parameterCount: Int
  var nonEmbeddingParameterCount: Int
  var recipe: TrainingRecipe
  /// The instructions that the kernels of the last process used: avx512, avx2 or baseline.
  var kernels: String?
  var threads: Int
  var started: Date
  /// Seconds of training over all processes that came to an end of their own.
  var seconds = 0.0
  /// What came out, once the run has finished.
  var result: RunResult?

  enum Status: String, Codable {
    /// A process trains it, or was killed while it did.
    case running
    /// It was asked to stop and can go on.
    case stopped
    case finished
    /// A number was not finite.
    case diverged
  }

  var tokenCount: Int { recipe.steps * recipe.tokensPerStep }

  /// The arithmetic of the whole run, exact in matrix products.
  var compute: Double {
    ModelCosts(model).trainingOperationsPerToken(length: recipe.sequenceLength)
      * Double(tokenCount)
  }

  static func read(_ folder: String) throws -> RunRecord? {
    let path = "\(folder)/run.json"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    do {
      return try decoder.decode(RunRecord.self, from: try readFile(path))
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(.badData, "\(path): the file is damaged or of another version")
    }
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// Writes the record into a folder, whole or not at all.
  func write(to folder: String) throws {
    try writeFile(try json() + "\n", to: "\(folder)/run.json")
  }
}

struct RunResult: Codable {
  /// The loss on held-out data, in nats per token; nil where nothing was held out.
  var validationLoss: Double?
  /// The same in bits per byte of text, where the tokens are text.
  var bitsPerByte: Double?
  var validationTokens: Int?
  var validationBytes: Int?
  /// The share of tasks answered, where the data are a task.
  var accuracy: TaskAccuracy?
  /// What the loss has to beat, on the same held-out data.
  var baselines: [Baseline] = []
}

/// A loss that does not depend on the model.
struct Baseline: Codable {
  /// What it is, in a few words.
  var name: String
  /// Nats per token of the run's own tokens.
  var loss: Double
  /// Bits per byte of text, where the tokens are text.
  var bitsPerByte: Double?
}
