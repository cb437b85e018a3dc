import Files
import Foundation

/// The shape of a model as the `config.json` of a Hugging Face checkpoint gives it.
///
/// Three architectures are read and written. A setting that changes what a model computes and that
/// this library does not have is an error, never ignored; settings of training, such as dropout, are
/// ignored and written as none.
public enum HuggingFaceConfig: Codable, Hashable, Sendable {
  /// `GPT2LMHeadModel`.
  case gpt2(GPT2)
  /// `LlamaForCausalLM`.
  case llama(Llama)
  /// `BertForMaskedLM`, or `BertModel` without a head.
  case bert(Bert)

  /// The function between the matrices of a feed-forward.
  public enum Activation: String, Codable, Hashable, Sendable {
    /// x·Φ(x).
    case gelu
    /// The same with the tanh approximation.
    case geluTanh = "gelu_new"
    /// max(x, 0).
    case relu
    /// max(x, 0)².
    case reluSquared = "relu2"
    /// x·sigmoid(x).
    case silu

    /// The function of one of the names that checkpoints use, or nil.
    public init?(named name: String) {
      switch name {
      case "gelu_pytorch_tanh", "gelu_fast": self = .geluTanh
      case "swish": self = .silu
      default: self.init(rawValue: name)
      }
    }
  }

  /// Reads a `config.json`, or that of a folder.
  ///
  /// - Throws: ``CheckpointError`` naming the key that is missing, malformed or not supported.
  public init(path: String) throws(CheckpointError) {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let file =
      exists && isFolder.boolValue
      ? (path as NSString).appendingPathComponent("config.json") : path
    guard let data = RegularFile.contents(atPath: file) else {
      throw CheckpointError(.missingFile, file: file, "cannot be read")
    }
    try CheckpointError.refusePointer(data, file: (file as NSString).lastPathComponent)
    do {
      self = try JSONDecoder().decode(HuggingFaceConfig.self, from: data)
    } catch var error as CheckpointError {
      error.file = (file as NSString).lastPathComponent
      throw error
    } catch {
      throw CheckpointError(
        .badData, file: (file as NSString).lastPathComponent, "expected a JSON object of settings")
    }
  }

  /// Reads the architecture that `model_type` names.
  public init(from decoder: any Decoder) throws {
    let fields = try ConfigFields(decoder)
    switch try fields.optional("model_type", String.self) {
    case "gpt2": self = .gpt2(try GPT2(from: decoder))
    case "llama": self = .llama(try Llama(from: decoder))
    case "bert": self = .bert(try Bert(from: decoder))
    case .some(let other):
      throw ConfigFields.fault(
        "model_type", "found \(other), expected gpt2, llama or bert", .unsupported)
    case nil:
      throw ConfigFields.fault("model_type", "is missing, expected gpt2, llama or bert")
    }
  }

  /// Writes the keys that `transformers` reads.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .gpt2(let config): try config.encode(to: encoder)
    case .llama(let config): try config.encode(to: encoder)
    case .bert(let config): try config.encode(to: encoder)
    }
  }

  /// Writes the configuration, replacing an old file only by a whole new one.
  ///
  /// - Throws: ``CheckpointError`` if it cannot be written.
  public func write(to path: String) throws(CheckpointError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    guard let data = try? encoder.encode(self) else {
      throw CheckpointError(.badData, file: path, "a setting is not a finite number")
    }
    do {
      try AtomicFile.write(data + [UInt8(ascii: "\n")], to: path)
    } catch {
      throw CheckpointError(error)
    }
  }
}
