internal import ArgumentParser
internal import Foundation
internal import LanguageModels
internal import Quantities
internal import Reports
internal import ScalingLaws
internal import Statistics
internal import Tensors
internal import Training

struct CheckSuperpositionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "superposition",
    abstract: "Does loss fall with width because features are crowded?",
    usage: "allometry check superposition [<checkpoints> ...] [<options>]",
    discussion: """
      A model of width m that holds more features than m makes them overlap, and the
      loss falls about as 1/m whatever the features' frequencies; one that keeps the
      most frequent features only has the exponent of their frequencies [142].

      Of checkpoints, the rows of the output head are measured: the mean squared
      cosine between two rows is 1/m where directions are as good as random, and no
      set of n rows can have less than (n - m)/(m (n - 1)). Without checkpoints the
      toy model of the paper is trained for each width, with features of frequency
      i^-skew, and the exponent of its loss is fitted. The paper trains 40,000 steps
      of 8,192 examples; 4,000 of 512 take minutes. Rows that shrink (--decay above
      0) keep only features that every batch shows, so they need the large batch.

      Examples:
        allometry check superposition runs/small runs/large
        allometry check superposition --decay 1 --skew 2 --batch 8192
      """)

  @Argument(
    help: ArgumentHelp(
      "Runs, checkpoints or folders of transformers; none for the toy model.",
      valueName: "checkpoints"))
  var checkpoints: [String] = []

  @Option(help: ArgumentHelp("Widths of the toy model.", valueName: "widths"))
  var widths: String?

  @Option(parsing: .unconditional, help: "Features of the toy model; default 1000.")
  var features: Int?

  @Option(
    parsing: .unconditional,
    help: "How fast frequencies fall with rank; default 1.")
  var skew: Double?

  @Option(
    parsing: .unconditional, help: "Features active at once, on average; default 1.")
  var activity: Double?

  @Option(
    parsing: .unconditional,
    help:
      "The decay of rows: below 0 pulls them to unit length (strong superposition), above 0 to zero (weak); default -1."
  )
  var decay: Double?

  @Option(parsing: .unconditional, help: "Steps of training; default 4000.")
  var steps: Int?

  @Option(parsing: .unconditional, help: "Examples of a step; default 512.")
  var batch: Int?

  @Option(parsing: .unconditional, help: "The seed; default 0.")
  var seed: UInt64?

  @OptionGroup var threading: ThreadArguments

  @Flag(help: "Print JSON (schema allometry.superposition/1).")
  var json = false

  private struct Toy: Encodable {
    struct Width: Encodable {
      var width: Int
      var loss: Double
      var standardError: Double
      /// The share of features whose row is longer than a half.
      var representedShare: Double
      /// The mean squared cosine between rows longer than a half, times the width.
      var overlapTimesWidth: Double?
      /// The loss if as many of the most frequent features were kept whole and the others lost.
      var lossOfKeeping: Double
    }
    var schema = "allometry.superposition/1"
    var features: Int
    var skew: Double
    var decay: Double
    var steps: Int
    var batch: Int
    var widths: [Width]
    /// Of loss = c width^-exponent; absent below three widths.
    var exponent: Double?
    var exponentStandardError: Double?
  }

  private struct Heads: Encodable {
    struct Head: Encodable {
      var checkpoint: String
      var rows: Int
      var width: Int
      var overlapTimesWidth: Double
      /// What no set of as many rows can have less of, times the width.
      var leastOverlapTimesWidth: Double
      /// The share of rows longer than half the median row.
      var longShare: Double
    }
    var schema = "allometry.superposition/1"
    var heads: [Head]
  }

  /// The most rows of a head that are measured: a mean over eight million pairs.
  private static let mostRows = 4096

  func run() throws {
    try reportingFailure {
      guard checkpoints.isEmpty else { return try measure() }
      let model = SuperpositionModel(
        features: features ?? 1000, skew: skew ?? 1, activity: activity ?? 1, decay: decay ?? -1,
        batch: batch ?? 512, steps: steps ?? 4000, seed: seed ?? 0)
      try OptionCheck.atLeast(2, model.features, option: "--features")
      try OptionCheck.atLeast(20, model.steps, option: "--steps")
      try OptionCheck.atLeast(1, model.batch, option: "--batch")
      try OptionCheck.nonnegative(model.skew, option: "--skew")
      try OptionCheck.positive(model.activity, option: "--activity")
      guard model.decay.isFinite, abs(model.decay) <= 10 else {
        throw CommandFailure(
          .usage, "--decay: found \(model.decay), expected a number from -10 to 10")
      }
      guard Double(model.features) * Double(model.batch) <= 5e7 else {
        throw CommandFailure(
          .usage,
          "--features and --batch: found \(model.features) by \(model.batch), expected a product of 50 million or less"
        )
      }
      if let first = model.frequencies.first, first > 1 {
        throw CommandFailure(
          .usage,
          "--activity: found \(NumberFormat.significant(model.activity, 4)), expected up to \(NumberFormat.significant(model.activity / first, 4)), where the most frequent of \(model.features) features is always active"
        )
      }
      let sizes = try NumberList.counts(widths ?? "10,20,40,80", option: "--widths")
      guard sizes.allSatisfy({ $0 < model.features }), Set(sizes).count == sizes.count else {
        throw CommandFailure(
          .usage,
          "--widths: found \(widths ?? ""), expected different widths below the \(model.features) features"
        )
      }
      let pool = try threading.pool()
      let trained = try sizes.sorted().enumerated().map { position, width in
        Console.progress("width \(width), \(position + 1) of \(sizes.count)")
        return try model.trained(width: width, pool: pool)
      }
      let answer = Self.answer(model, trained)
      if json { try Console.print(json: answer) } else { print(answer) }
    }
  }

  private static func answer(
    _ model: SuperpositionModel, _ trained: [SuperpositionModel.Trained]
  ) -> Toy {
    let regression =
      trained.count < 3
      ? nil
      : try? LinearRegression(
        predictors: [trained.map { log(Double($0.width)) }], response: trained.map { log($0.loss) })
    return Toy(
      features: model.features, skew: model.skew, decay: model.decay, steps: model.steps,
      batch: model.batch,
      widths: trained.map { one in
        let long = one.rows.filter { row in row.reduce(0) { $0 + $1 * $1 } > 0.25 }
        return Toy.Width(
          width: one.width, loss: one.loss, standardError: one.standardError,
          representedShare: one.representedShare,
          overlapTimesWidth: long.count < 2
            ? nil : Superposition.meanSquaredOverlap(rows: long) * Double(one.width),
          lossOfKeeping: model.lossKeeping(long.count))
      }, exponent: regression.map { -$0.coefficients[1] },
      exponentStandardError: regression.map { $0.standardErrors[1] })
  }

  private func print(_ answer: Toy) {
    var table = Console.table([
      .number("width"), .number("loss"),
      .number("features held"),
      .number("overlap x width"),
      .number("if the rest were lost"),
    ])
    for width in answer.widths {
      table.rows.append([
        String(width.width),
        "\(NumberFormat.significant(width.loss, 4)) ± \(NumberFormat.significant(width.standardError, 1))",
        NumberFormat.percent(width.representedShare, decimals: 1),
        width.overlapTimesWidth.map { NumberFormat.fixed($0, 3) } ?? "",
        NumberFormat.significant(width.lossOfKeeping, 4),
      ])
    }
    Console.say(
      "\(answer.features) features of frequency i^-\(NumberFormat.significant(answer.skew, 3)), decay \(NumberFormat.significant(answer.decay, 3)), \(answer.steps) steps of \(answer.batch) examples:"
    )
    Console.show(table)
    guard let exponent = answer.exponent, let error = answer.exponentStandardError else { return }
    Console.say(
      "Loss falls as width^-\(NumberFormat.fixed(exponent, 2)) ± \(NumberFormat.fixed(error, 2)). Overlap of random directions gives 1; losing all but the most frequent features gives \(answer.skew > 1 ? NumberFormat.fixed(answer.skew - 1, 2) : "no power")."
    )
  }

  private func measure() throws {
    for (name, isGiven) in [
      ("--widths", widths != nil), ("--features", features != nil), ("--skew", skew != nil),
      ("--activity", activity != nil), ("--decay", decay != nil), ("--steps", steps != nil),
      ("--batch", batch != nil), ("--seed", seed != nil),
    ] where isGiven {
      throw CommandFailure(
        .usage, "\(name) is of the toy model; found checkpoints to measure beside it")
    }
    let heads = try checkpoints.map { path in
      let model = try RunLocation(path).model()
      let (rows, count) = Self.headRows(of: model)
      guard rows.count >= 2 else {
        throw CommandFailure(.badData, "\(path): found a head without rows to compare")
      }
      let width = rows[0].count
      let lengths = rows.map { row in row.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      let half = median(lengths) / 2
      return Heads.Head(
        checkpoint: path, rows: count, width: width,
        overlapTimesWidth: Superposition.meanSquaredOverlap(rows: rows) * Double(width),
        leastOverlapTimesWidth: pow(Superposition.welchBound(vectors: count, dimensions: width), 2)
          * Double(width),
        longShare: Double(lengths.count { $0 > half }) / Double(lengths.count))
    }
    guard !json else { return try Console.print(json: Heads(heads: heads)) }
    var table = Console.table([
      "checkpoint", .number("tokens"),
      .number("width"), .number("overlap x width"),
      .number("at least"), .number("held"),
    ])
    for head in heads {
      table.rows.append([
        head.checkpoint, String(head.rows), String(head.width),
        NumberFormat.fixed(head.overlapTimesWidth, 3),
        NumberFormat.fixed(head.leastOverlapTimesWidth, 3),
        NumberFormat.percent(head.longShare, decimals: 1),
      ])
    }
    Console.say(
      "Rows of the output head: the mean squared cosine between two of them times the width (1 where directions are as good as random), the least that so many rows can have, and the share of rows longer than half the median:"
    )
    Console.show(table)
  }

  /// The rows of the matrix that turns activations into logits, one a token, evenly chosen where
  /// there are many, and the number of tokens.
  private static func headRows(of model: LanguageModel<Float>) -> (rows: [[Double]], count: Int) {
    let count = model.configuration.vocabularyCount
    let width = model.configuration.width
    let step = max(Double(count) / Double(mostRows), 1)
    let chosen = (0..<min(count, mostRows)).map { Int(saturating: Double($0) * step) }
    let rows = chosen.map { token in
      (0..<width).map { column in
        Double(
          model.head.weight.map { $0.values[column * count + token] }
            ?? model.embedding.values[token * width + column])
      }
    }
    // A padded vocabulary ends in rows of zeros, which have no direction.
    return (rows.filter { row in row.contains { $0 != 0 } }, count)
  }
}
