import Foundation
import RunTables
import ScalingLaws

/// `allometry-benchmarks prepare|measure|table`: what `Benchmarks/run` calls.
@main
struct Main {
  static let usage = """
    usage: allometry-benchmarks prepare DIR [--data DIR]   write the inputs of all programs
           allometry-benchmarks measure NAME DIR           one line of JSON for each measurement
           allometry-benchmarks measure NAME [PYTHON]      the same of the engine, with its peers
           allometry-benchmarks table FILE [--json]        the measurements of all programs
           allometry-benchmarks work train SIZE THREADS RUNS | decode SIZE THREADS BATCH
             | product ORDER THREADS ours|blas | read BYTES THREADS | attention LENGTH THREADS
                                                           one program of the engine, which works
                                                           for the seconds that each line says
    NAME with DIR is chinchilla, isoflop, import or laws; without, train, decode, side-by-side,
    attention or sgemm.
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
    case ("measure", 2), ("measure", 3):
      let place = arguments.count == 3 ? arguments[2] : nil
      for measurement in try measure(arguments[1], place) { print(try measurement.line()) }
    case ("work", 2...): try Work.serve(Array(arguments.dropFirst()))
    case ("table", 2): print(try MeasurementTable(path: arguments[1]).text())
    case ("table", 3) where arguments[2] == "--json":
      print(try MeasurementTable(path: arguments[1]).json())
    default: throw UsageError()
    }
  }

  private static func measure(_ name: String, _ place: String?) throws -> [Measurement] {
    if let benchmark = EngineBenchmark(rawValue: name) {
      return try benchmark.measure(EngineBenchmarks(python: place))
    }
    guard let benchmark = Benchmark(rawValue: name), let place else { throw UsageError() }
    return try benchmark.measure(inputs: place)
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

/// What is measured of the training engine, each program in a process of its own.
enum EngineBenchmark: String {
  case train
  case decode
  case sideBySide = "side-by-side"
  case attention
  case sgemm

  func measure(_ engine: EngineBenchmarks) throws -> [Measurement] {
    switch self {
    case .train: try engine.train()
    case .decode: try engine.decode()
    case .sideBySide: try engine.sideBySide()
    case .attention: try engine.attention()
    case .sgemm: try engine.products()
    }
  }
}

/// A command line that the program does not understand.
struct UsageError: Error, CustomStringConvertible {
  var description: String { Main.usage }
}
