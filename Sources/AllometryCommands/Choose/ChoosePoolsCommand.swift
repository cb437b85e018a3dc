internal import ArgumentParser
internal import Quantities
internal import Reports
internal import ScalingLaws

struct ChoosePoolsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pools",
    abstract: "How many of the best pools of data to train on, by samples seen.",
    usage: "allometry choose pools [<fits> ...] --pool-size <n> --samples <n> [...]",
    discussion: """
      Each pool has a utility b, which halves after tau epochs [124]. At small
      budgets the best pool alone wins; at large ones its repetition costs more than
      worse but fresh data. Pools come from fits of data-filtering, one each, or as
      NAME=b:tau; a (the error of every pool at the reference number of samples) and
      d (what no pool removes) from the first fit, or by options.

      Examples:
        allometry choose pools top10.json top20.json --pool-size 12.8M --samples 640M
        allometry choose pools --pool top=0.20:2 --pool next=0.12:8 --a 1 --d 0.1 \\
          --pool-size 1e6 --samples 1e7
      """)

  @Argument(
    help: ArgumentHelp("Saved fits of data-filtering, one a pool.", valueName: "fits"))
  var fits: [String] = []

  @Option(help: ArgumentHelp("A pool by utility and half-life in epochs.", valueName: "name=b:tau"))
  var pool: [String] = []

  @Option(help: ArgumentHelp("Samples in each pool.", valueName: "samples"))
  var poolSize: String

  @Option(
    help: ArgumentHelp("Samples seen in training, several with commas.", valueName: "samples"))
  var samples: String

  @Option(
    name: .customLong("a"), parsing: .unconditional, help: "The error at the reference, without d.")
  var amplitude: Double?

  @Option(name: .customLong("d"), parsing: .unconditional, help: "The error that no pool removes.")
  var irreducible: Double?

  @Option(help: ArgumentHelp("The samples at which pools are equally good.", valueName: "samples"))
  var reference: String = "1"

  @Flag(help: "Print JSON (schema allometry.pools/1).")
  var json = false

  private struct Answer: Encodable {
    struct Choice: Encodable {
      var samples: Double
      var pools: [String]
      var error: Double
      var epochs: Double
      var errors: [Double]
      /// The share of refits that choose as many pools; absent without refits.
      var agreement: Double?
    }
    var schema = "allometry.pools/1"
    var order: [String]
    var choices: [Choice]
  }

  func run() throws {
    try reportingFailure {
      let saved = try fits.map {
        (name: $0, fit: try SavedFitArguments.load($0, law: DataFiltering().name))
      }
      let named = try pool.map { try Self.parse($0) }
      var pools = saved.map { name, fit in Self.pool(name, fit.estimate) } + named
      guard !pools.isEmpty else {
        throw CommandFailure(.usage, "found no pool, expected saved fits or --pool name=b:tau")
      }
      guard Set(pools.map(\.name)).count == pools.count else {
        throw CommandFailure(.usage, "found a pool twice, expected each once")
      }
      let first = saved.first?.fit.estimate
      guard let a = amplitude ?? first?[1], let d = irreducible ?? first?[0] else {
        throw CommandFailure(.usage, "found neither a fit nor --a and --d, expected one of them")
      }
      try OptionCheck.positive(a, option: "--a")
      try OptionCheck.nonnegative(d, option: "--d")
      let size = try NameList.positive(poolSize, option: "--pool-size")
      let start = try NameList.positive(reference, option: "--reference")
      let floor =
        saved.first?.fit.law.value(ofSetting: "floor").flatMap(DataFiltering.Floor.init) ?? .outside
      pools.sort { ($1.utility, $0.name) < ($0.utility, $1.name) }
      let budgets = try NumberList.positive(samples, option: "--samples")
      let refits = saved.map(\.fit.draws.count).min() ?? 0
      let choices = budgets.map { budget -> Answer.Choice in
        func best(_ pools: [DataPool], a: Double, d: Double) -> (pools: [DataPool], error: Double) {
          DataPool.bestMixture(
            of: pools, poolSize: size, samples: budget, amplitude: a, reference: start,
            irreducible: d, floor: floor)
        }
        let chosen = best(pools, a: a, d: d)
        var agreement: Double?
        if refits >= 20, named.isEmpty {
          let same = (0..<refits).count { index in
            let drawn = saved.map { name, fit in Self.pool(name, fit.draws[index]) }
            let point = saved[0].fit.draws[index]
            return best(drawn, a: amplitude ?? point[1], d: irreducible ?? point[0]).pools.count
              == chosen.pools.count
          }
          agreement = Double(same) / Double(refits)
        }
        return Answer.Choice(
          samples: budget, pools: chosen.pools.map(\.name), error: chosen.error,
          epochs: budget / (size * Double(chosen.pools.count)),
          errors: pools.indices.map { last in
            DataPool.error(
              mixing: Array(pools[...last]), poolSize: size, samples: budget, amplitude: a,
              reference: start, irreducible: d, floor: floor)
          }, agreement: agreement)
      }
      if json {
        try Console.print(json: Answer(order: pools.map(\.name), choices: choices))
      } else {
        print(choices, pools: pools)
      }
    }
  }

  private static func pool(_ name: String, _ point: [Double]) -> DataPool {
    DataPool(name: name, utility: point[2], halfLife: point[3])
  }

  private static func parse(_ text: String) throws -> DataPool {
    let sides = text.split(separator: "=", maxSplits: 1)
    let numbers = sides.count == 2 ? sides[1].split(separator: ":").compactMap { Double($0) } : []
    guard numbers.count == 2, numbers.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw CommandFailure(
        .usage,
        "--pool: found \"\(text)\", expected NAME=b:tau with positive numbers, such as top=0.2:2")
    }
    return DataPool(name: String(sides[0]), utility: numbers[0], halfLife: numbers[1])
  }

  private func print(_ choices: [Answer.Choice], pools: [DataPool]) {
    Console.say(
      "Pools, the best first: \(pools.map { "\($0.name) (b \(NumberFormat.significant($0.utility, 3)), tau \(NumberFormat.significant($0.halfLife, 3)))" }.joined(separator: ", "))."
    )
    var table = Console.table([
      .number("samples"), "train on",
      .number("epochs"), .number("error"),
      .number("best pool alone"), .number("all pools"),
      .number("refits agree"),
    ])
    for choice in choices {
      table.rows.append([
        NumberFormat.scale(choice.samples), "best \(choice.pools.count)",
        NumberFormat.significant(choice.epochs, 3), NumberFormat.significant(choice.error, 4),
        NumberFormat.significant(choice.errors.first ?? .nan, 4),
        NumberFormat.significant(choice.errors.last ?? .nan, 4),
        choice.agreement.map { NumberFormat.percent($0, decimals: 0) } ?? "–",
      ])
    }
    Console.show(table)
  }
}
