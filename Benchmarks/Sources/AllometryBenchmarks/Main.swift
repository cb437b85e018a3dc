import Foundation
import RunTables
import ScalingLaws

/// `allometry-benchmarks prepare|measure|table`: what `Benchmarks/run` calls.
@main
struct Main {
  static let usage = """
    usage: allometry-benchmarks prepare DIR [--data DIR]   write the inputs of all programs
           allometry-benchmarks measure NAME DIR           one line of JSON for each measurement
           allometry-benchmarks table FILE [--json]        the measurements of all programs
    NAME is chinchilla, isoflop, import or laws.
    """

  static func main() {
    do {
      try run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(error is UsageError ? 64 : 70)
    }
  }

  private static func run(_ arguments: [String]) throws {
    switch (arguments.first, arguments.count) {
    case ("prepare", 2): try Inputs(folder: arguments[1], data: nil).write()
    case ("prepare", 4) where arguments[2] == "--data":
      try Inputs(folder: arguments[1], data: arguments[3]).write()
    case ("measure", 3):
      guard let benchmark = Benchmark(rawValue: arguments[1]) else { throw UsageError() }
      for measurement in try benchmark.measure(inputs: arguments[2]) {
        print(try measurement.line())
      }
    case ("table", 2): print(try MeasurementTable(path: arguments[1]).text())
    case ("table", 3) where arguments[2] == "--json":
      print(try MeasurementTable(path: arguments[1]).json())
    default: throw UsageError()
    }
  }
}

/// What is measured, each in a process of its own.
enum Benchmark: String {
  case chinchilla
  case isoflop
  case `import`
  case laws

  func measure(inputs: String) throws -> [Measurement] {
    switch self {
    case .chinchilla: try measureChinchilla(inputs: inputs)
    case .isoflop: try measureIsoFLOP(inputs: inputs)
    case .import: try measureImport(inputs: inputs)
    case .laws: try measureLaws()
    }
  }
}

/// A command line that the program does not understand.
struct UsageError: Error, CustomStringConvertible {
  var description: String { Main.usage }
}
