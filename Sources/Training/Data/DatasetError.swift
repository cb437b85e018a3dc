public import Corpora
public import LanguageModels
internal import Quantities

/// Why data cannot be had, in one sentence.
public enum DatasetError: Error, Sendable, CustomStringConvertible {
  /// A word that is none of those known, with the setting that it was given for.
  case unknown(setting: String, found: String, known: [String])
  /// A setting that is impossible or does not go with the others.
  case badSetting(String, problem: String)
  /// A file or folder that is not there or cannot be read.
  case missing(path: String, problem: String)
  /// A text, a token file or a cache that is not as it should be.
  case text(TextCorpusError)
  /// A tokenizer that cannot be read or learned.
  case tokenizer(TokenizerError)
  /// A language that its knobs do not make.
  case language(LanguageError)
  /// A task that its knobs do not make.
  case task(TaskError)

  /// The whole error as one sentence.
  public var description: String {
    switch self {
    case .unknown(let setting, let found, let known):
      let hint = NearestName.hint(for: found, among: known).map { "\($0) " } ?? ""
      return "\(setting): found \"\(found)\"; \(hint)expected one of "
        + known.joined(separator: ", ")
    case .badSetting(let setting, let problem): return "\(setting): \(problem)"
    case .missing(let path, let problem): return "\(path): \(problem)"
    case .text(let error): return error.description
    case .tokenizer(let error): return error.description
    case .language(let error): return "knobs: \(error)"
    case .task(let error): return "knobs: \(error)"
    }
  }

  /// Runs what the rooms below do and says their errors as this one's.
  static func wrapping<Result>(_ body: () throws -> Result) throws(DatasetError) -> Result {
    do {
      return try body()
    } catch let error as DatasetError {
      throw error
    } catch let error as TextCorpusError {
      if let setting = error.setting {
        throw .badSetting(setting, problem: "\(error.source): \(error.problem)")
      }
      throw .text(error)
    } catch let error as TokenizerError {
      throw .tokenizer(error)
    } catch let error as LanguageError {
      throw .language(error)
    } catch let error as TaskError {
      throw .task(error)
    } catch {
      throw .badSetting("data", problem: "\(error)")
    }
  }
}
