internal import ArgumentParser
internal import Corpora
internal import Foundation
internal import LanguageModels
internal import Quantities
internal import Reports
internal import RunTables
internal import SamplingLaws
internal import ScalingLaws
internal import Store
internal import Strategies
internal import Studies
internal import Training
internal import Treatments
internal import Verdicts

/// A failure with its exit status, after sysexits.h.
struct CommandFailure: Error {
  enum Status: Int32 {
    case usage = 64
    case badData = 65
    case missingInput = 66
    case unsupported = 69
    case internalError = 70
    case cannotCreate = 73
    case inputOutput = 74
    case busy = 75
    case badConfiguration = 78
  }
  var status: Status
  var message: String

  init(_ status: Status, _ message: String) {
    self.status = status
    self.message = message
  }

  init(_ error: any Error) {
    switch error {
    case let failure as CommandFailure: self = failure
    case let error as TableError:
      self.init(Status(rawValue: error.code.rawValue) ?? .badData, error.description)
    case let error as FitError:
      switch error {
      case .unknownLaw, .unknownSetting, .badSetting, .unknownParameter:
        self.init(.usage, error.description)
      case .badValue(let row, let column, let found, let expected):
        // As tables say it: file, line, column, what was found, what was expected.
        self.init(
          .badData,
          "\(row): column \(column): found \(NumberFormat.significant(found, 6)), expected \(found.isInfinite ? "a finite number; --where '\(column)<1e9' leaves such rows out" : expected)"
        )
      case .missingColumn, .tooFewRows, .noSolution, .unusable:
        self.init(.badData, error.description)
      }
    case let error as TrainingError:
      self.init(Status(rawValue: error.code.rawValue) ?? .badData, error.description)
    case let error as DatasetError: self.init(error)
    case let error as StudyFileError: self.init(.badData, error.description)
    case let error as StudyError:
      self.init(Status(rawValue: error.code.rawValue) ?? .badData, error.description)
    case let error as TreatmentError: self.init(.badData, error.description)
    case let error as VerdictError: self.init(.badData, error.description)
    case let error as SelectionError: self.init(.badData, error.description)
    case let error as PlanningError: self.init(.usage, error.description)
    case let error as StrategyError: self.init(.usage, error.description)
    case let error as StoreError:
      self.init(Status(rawValue: error.code.status) ?? .inputOutput, error.description)
    case let error as CheckpointError:
      self.init(Status(rawValue: error.code.rawValue) ?? .badData, error.description)
    case let error as TokenizerError: self.init(.badData, error.description)
    case let error as TextCorpusError:
      if error.setting != nil {
        self.init(.usage, "--\(error.description)")
      } else {
        self.init(.badData, error.description)
      }
    case let error as ConfigurationError: self.init(.usage, error.description)
    case let error as LanguageError: self.init(.usage, "--knobs: \(error)")
    case let error as TaskError: self.init(.usage, "--knobs: \(error)")
    case MultipleChoiceError.file(let path, let problem):
      self.init(.missingInput, "\(path): \(problem)")
    case let error as MultipleChoiceError: self.init(.badData, error.description)
    case is DecodingError:
      self.init(
        .badData,
        "a file or a stored value is damaged or of another version; `allometry study check` reads a "
          + "store")
    case let error as CocoaError: self.init(.inputOutput, error.localizedDescription)
    default: self.init(.internalError, "\(error)")
    }
  }
}

extension CommandFailure {
  /// Settings of data are options on the command line.
  private init(_ error: DatasetError) {
    switch error {
    case .unknown(let setting, let found, let known):
      self = OptionCheck.unknown(found, among: known, option: "--\(setting)")
    case .badSetting(let setting, let problem):
      self.init(.usage, "--\(setting): \(problem)")
    case .missing: self.init(.missingInput, error.description)
    case .text(let error): self.init(error)
    case .tokenizer(let error): self.init(error)
    case .language(let error): self.init(error)
    case .task(let error): self.init(error)
    }
  }

  /// Puts the name of the table in front of failures of a fit, which knows nothing of files.
  static func naming<Result>(_ source: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as FitError {
      switch error {
      case .missingColumn, .tooFewRows, .noSolution:
        throw CommandFailure(.badData, "\(source): \(error)")
      case .unusable(let reason) where !reason.hasPrefix(source):
        throw CommandFailure(.badData, "\(source): \(reason)")
      default: throw error
      }
    }
  }
}

/// Runs the body of a command, prints a failure as one sentence and ends with its status.
func reportingFailure(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let error where error is ExitCode || error is CleanExit || error is ValidationError {
    throw error
  } catch {
    let failure = CommandFailure(error)
    Console.error("allometry: \(ShownText.line(failure.message))")
    throw ExitCode(failure.status.rawValue)
  }
}
