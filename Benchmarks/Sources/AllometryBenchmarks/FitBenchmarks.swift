import Foundation
import RunTables
import ScalingLaws

/// The columns of a table as a law reads them.
private func observations(
  in table: RunTable, scaledBy scale: [String: Double] = [:]
) throws -> Observations {
  var columns: [String: [Double]] = [:]
  for name in table.columnNames where name != "loss" {
    columns[name] = try table.numbers(name).map { $0 / (scale[name] ?? 1) }
  }
  return Observations(columns: columns, response: try table.numbers("loss"))
}

private func table(_ name: String, in inputs: String) throws -> RunTable {
  try RunTable.read(
    contentsOf: "\(inputs)/\(name).csv", options: TableOptions(recognizesConventions: false))
}

/// The least time in which `fits` fits of `rows` rows can be done: one nanosecond for each row and
/// ten evaluations of each fit, spread over eight lanes and two threads.
private func floor(fits: Int, rows: Int) -> Double { Double(fits * rows) * 10 / 16 * 1e-9 }

private func value(_ name: String, of fit: Fit) -> Double { fit.value(of: name) ?? .nan }

/// Chinchilla's approach 3: the published grid of 4,500 starts, all minimised, and 4,000 refits.
func measureChinchilla(inputs: String) throws -> [Measurement] {
  let observations = try observations(in: table("chinchilla", in: inputs))
  let powers = [0.0, 5, 10, 15, 20, 25].map { exp($0) }
  // The published grid has exponents of zero; ours are positive.
  let exponents = [1e-4, 0.5, 1, 1.5, 2]
  let refits = 4000
  func options(resamples: Int) -> FitOptions {
    FitOptions(
      starts: [
        "E": [-1, -0.5, 0, 0.5, 1].map { exp($0) }, "A": powers, "B": powers, "alpha": exponents,
        "beta": exponents,
      ], interval: resamples > 0 ? .bootstrap : .none, resamples: resamples, threads: 2)
  }
  let repetitions = 5
  var watch = Stopwatch()
  let fits = try watch.fastest(
    of: repetitions, floor: floor(fits: 4500 + refits, rows: observations.count)
  ) {
    try fit(Chinchilla(), to: observations, options: options(resamples: refits))
  }
  var searchWatch = Stopwatch()
  _ = try searchWatch.fastest(of: repetitions, floor: floor(fits: 4500, rows: observations.count)) {
    try fit(Chinchilla(), to: observations, options: options(resamples: 0))
  }
  let last = fits[repetitions - 1]
  return [
    Measurement(
      benchmark: "chinchilla", input: "\(observations.count) rows", program: "allometry",
      wallSeconds: watch.wall, cpuSeconds: watch.cpu, repetitions: repetitions,
      results: [
        "objective": last.objectiveValue, "alpha": value("alpha", of: last),
        "beta": value("beta", of: last),
        "alphaStandardError": last.standardError(of: "alpha"),
        "searchSeconds": searchWatch.wall, "refitSeconds": watch.wall - searchWatch.wall,
      ],
      note: "\(last.search.starts) starts, all minimised to 1e-4, the best polished to 1e-13; "
        + "\(last.uncertainty?.draws.count ?? 0) refits; 2 threads")
  ]
}

/// Iso-FLOP tables with the Huber loss of plain residuals, and intervals from 2,000 refits.
func measureIsoFLOP(inputs: String) throws -> [Measurement] {
  var result: [Measurement] = []
  for name in Inputs.isoFLOP.map(\.name)
  where FileManager.default.fileExists(atPath: "\(inputs)/\(name).csv") {
    let observations = try observations(
      in: table(name, in: inputs), scaledBy: ["N": 1e6, "D": 1e9])
    for resamples in [2000, 0] {
      let options = FitOptions(
        objective: .huber, interval: resamples > 0 ? .bootstrap : .none, resamples: resamples,
        threads: 2)
      let repetitions = 5
      var watch = Stopwatch()
      let fits = try watch.fastest(
        of: repetitions, floor: floor(fits: 200 + resamples, rows: observations.count)
      ) {
        try fit(Chinchilla(), to: observations, options: options)
      }
      let last = fits[repetitions - 1]
      var results = Dictionary(
        uniqueKeysWithValues: last.law.parameters.map { ($0.name, value($0.name, of: last)) })
      results["meanHuberTimesMillion"] =
        last.objectiveValue / Double(observations.count) * 1e6
      if resamples > 0, let interval = last.interval(of: "alpha") {
        results["alphaLow"] = interval.low
        results["alphaHigh"] = interval.high
      }
      result.append(
        Measurement(
          benchmark: "isoflop", input: "\(name), \(observations.count) rows",
          program: resamples > 0 ? "allometry" : "allometry, no intervals",
          wallSeconds: watch.wall, cpuSeconds: watch.cpu, repetitions: repetitions,
          results: results,
          note: resamples > 0
            ? "with intervals from \(resamples) refits; 2 threads" : "2 threads"))
    }
  }
  return result
}

/// One fit with 1,000 refits of laws of three to nine parameters on planted tables.
func measureLaws() throws -> [Measurement] {
  let cases: [(law: any Law, table: RunTable)] = [
    (
      PowerConstant(x: "C"),
      try Planted.curve("C", low: 1e17, high: 1e22, count: 40, seed: 1) {
        1.8 + 1e3 / pow($0, 0.16)
      }
    ),
    (
      Chinchilla(),
      try Planted.surface(sizes: 8, tokens: 8, seed: 2) {
        1.69 + 406.4 / pow($0, 0.34) + 410.7 / pow($1, 0.28)
      }
    ),
    (
      Coupled(),
      try Planted.surface(sizes: 8, tokens: 8, seed: 3) {
        1.2 + pow(5e4 / pow($0, 0.6) + 1e5 / pow($1, 0.55), 0.6)
      }
    ),
    (
      Farseer(),
      try Planted.surface(sizes: 10, tokens: 8, seed: 5) { n, d in
        exp(4 * pow(n, -0.12) + 0.3) + exp(60 * pow(n, -0.15) + 3)
          * pow(d, -exp(-2 * pow(n, -0.1) - 1))
      }
    ),
    (
      BrokenPower(breaks: 1, x: "D"),
      try Planted.curve("D", low: 1e3, high: 1e9, count: 60, seed: 7) {
        0.1 + 3 * pow($0, -0.02) * pow(1 + pow($0 / 1e6, 1 / 0.3), -0.4 * 0.3)
      }
    ),
  ]
  return try cases.map { law, table in
    let observations = try observations(in: table)
    let repetitions = 3
    var watch = Stopwatch()
    let fits = try watch.fastest(
      of: repetitions, floor: floor(fits: 1000, rows: observations.count)
    ) {
      try fit(
        law, to: observations,
        options: FitOptions(interval: .bootstrap, resamples: 1000, threads: 2))
    }
    let last = fits[repetitions - 1]
    return Measurement(
      benchmark: "laws", input: "\(law.name), \(observations.count) rows", program: "allometry",
      wallSeconds: watch.wall, cpuSeconds: watch.cpu, repetitions: repetitions,
      results: [
        "objective": last.objectiveValue, "starts": Double(last.search.starts),
        "refits": Double(last.uncertainty?.draws.count ?? 0),
      ], note: "\(law.parameters.count) parameters; 2 threads")
  }
}
