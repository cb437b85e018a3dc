public import Corpora

/// What to train on and be judged by, as options and study files name it. A description names files
/// by their paths; ``DatasetRecord`` names what was in them.
public struct DatasetDescription: Codable, Hashable, Sendable {
  /// Where the data come from.
  public indirect enum Source: Codable, Hashable, Sendable {
    /// The toolchain's own interface files and headers, about 50 MB that every machine has.
    case toolchain
    /// A file of text, a folder of such of which some files may be chosen, or a `.jsonl` file with a
    /// field `text`.
    case text(path: String, files: FileSelection = FileSelection())
    /// Tokens made elsewhere, 16 or 32 bits each, with a header or without; held out are those of a
    /// file of their own or else the last twentieth. The format is that of files without a header;
    /// nil for what they show themselves.
    case tokens(path: String, validation: String?, bits: TokenBits? = nil)
    /// A random language of known entropy by name, `markov` or `grammar`, and the numbers that shape
    /// it.
    case language(name: String, knobs: [String: Double])
    /// A synthetic task with exact answers by name, and the numbers that shape it.
    case task(name: String, knobs: [String: Double])
    /// Several texts, or several languages, of one vocabulary.
    case domains([Domain])
  }

  /// One of several sources that are trained on together.
  public struct Domain: Codable, Hashable, Sendable {
    /// What it is called: results are told as `loss.NAME`.
    public var name: String
    /// Where it comes from: text, the toolchain or a language.
    public var source: Source
    /// The number of tokens to train on, after which it begins anew; nil for all of a text. A language
    /// needs it, for it has no end.
    public var tokens: Int?
    /// Its weight in the natural mixture; nil for its number of tokens. All domains have one or none.
    public var share: Double?

    /// A source with its name.
    public init(name: String, source: Source, tokens: Int? = nil, share: Double? = nil) {
      self.name = name
      self.source = source
      self.tokens = tokens
      self.share = share
    }
  }

  /// How many bits a token of a file without a header has.
  public enum TokenBits: Int, Codable, Hashable, Sendable, CaseIterable {
    /// 16 bits, as nanoGPT writes.
    case sixteen = 16
    /// 32 bits, as larger vocabularies need.
    case thirtyTwo = 32

    var format: TokenFileFormat { self == .sixteen ? .unsigned16 : .unsigned32 }
  }

  /// How text becomes tokens.
  public enum TokenizerChoice: Codable, Hashable, Sendable {
    /// A token a byte.
    case bytes
    /// Byte pairs, learned from the training side.
    case bytePairs
    /// A `tokenizer.json`.
    case file(String)
  }

  /// Where the data come from.
  public var source: Source
  /// How text becomes tokens; nil for bytes where there are under 4 MB, and byte pairs otherwise.
  public var tokenizer: TokenizerChoice?
  /// The number of tokens of a vocabulary that is learned, 4096 unless given, or of the files under
  /// ``Source/tokens(path:validation:bits:)``, which need it.
  public var vocabulary: Int?

  /// The files and folders that are read.
  public var paths: [String] {
    func paths(_ source: Source) -> [String] {
      switch source {
      case .toolchain, .language, .task: []
      case .text(let path, _): [path]
      case .tokens(let path, let validation, _): [path] + [validation].compactMap { $0 }
      case .domains(let domains): domains.flatMap { paths($0.source) }
      }
    }
    guard case .file(let tokenizer) = tokenizer else { return paths(source) }
    return paths(source) + [tokenizer]
  }

  /// A source and how its text becomes tokens.
  public init(_ source: Source, tokenizer: TokenizerChoice? = nil, vocabulary: Int? = nil) {
    self.source = source
    self.tokenizer = tokenizer
    self.vocabulary = vocabulary
  }
}
