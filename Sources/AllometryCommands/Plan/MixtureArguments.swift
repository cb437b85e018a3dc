internal import ArgumentParser
internal import ScalingLaws

struct MixtureArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Allowed shares instead of those that the runs tried: web=0.1:0.6,code=0:0.3.",
      valueName: "domain=low:high"))
  var shareBounds: String?

  @Option(
    help: ArgumentHelp(
      "Unique tokens of domains: code=50B; with --training-tokens they limit the shares.",
      valueName: "domain=tokens"))
  var available: String?

  @Option(
    help: ArgumentHelp("The tokens that the mixture will train on.", valueName: "tokens"))
  var trainingTokens: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How often --available tokens may be repeated; default 4.", valueName: "epochs"))
  var epochs: Double?

  @Option(
    help: ArgumentHelp(
      "How the mixture is found: optimum (the default), or dirichlet as RegMix does.",
      valueName: "search"))
  var search: String?

  @Option(
    help: ArgumentHelp(
      "The centre of the Dirichlet search, such as tokens of each domain; default the mean of the fitted mixtures.",
      valueName: "domain=weight"))
  var prior: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The sum of the Dirichlet's concentrations; default 1.", valueName: "strength"))
  var strength: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many mixtures the Dirichlet search draws; default 100000.", valueName: "count"))
  var samples: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many of the best drawn mixtures are averaged; default 128.", valueName: "count"))
  var best: Int?

  @Option(
    help: ArgumentHelp(
      "The run to plan for: N=1B,D=25B; for a mixture by default the largest fitted.",
      valueName: "name=value"))
  var size: String?

  @Option(parsing: .unconditional, help: "The seed of the Dirichlet search; default 0.")
  var searchSeed: UInt64?

  var drawn: Int { samples ?? 100_000 }
  var averaged: Int { best ?? 128 }
  var concentration: Double { strength ?? 1 }

  enum Search: String, CaseIterable {
    case optimum
    case dirichlet
  }

  /// Refuses options that nothing would read: all but the one (without dashes) that fits of this
  /// law do read.
  func refuse(except option: String?, of law: String) throws {
    for (name, isGiven) in [
      ("share-bounds", shareBounds != nil), ("available", available != nil),
      ("training-tokens", trainingTokens != nil), ("epochs", epochs != nil),
      ("search", search != nil), ("prior", prior != nil), ("strength", strength != nil),
      ("samples", samples != nil), ("best", best != nil), ("size", size != nil),
      ("search-seed", searchSeed != nil),
    ] where isGiven && name != option {
      throw CommandFailure(
        .usage,
        "--\(name) is for fits of \(name == "size" ? "mixture and batch-size" : "mixture"); found a fit of \(law)"
      )
    }
  }

  func chosenSearch() throws -> Search {
    let word = self.search ?? "optimum"
    guard let search = Search(rawValue: word) else {
      throw CommandFailure(
        .usage, "--search: found \"\(word)\", expected optimum or dirichlet")
    }
    if search == .optimum {
      for (name, isGiven) in [
        ("prior", prior != nil), ("strength", strength != nil), ("samples", samples != nil),
        ("best", best != nil), ("search-seed", searchSeed != nil),
      ] where isGiven {
        throw CommandFailure(.usage, "--\(name) is of --search dirichlet, expected both")
      }
    }
    let (samples, best, strength) = (drawn, averaged, concentration)
    guard samples >= 1, samples <= 10_000_000 else {
      throw CommandFailure(
        .usage, "--samples: found \(samples), expected a number from 1 to 10000000")
    }
    guard best >= 1, best <= samples else {
      throw CommandFailure(
        .usage, "--best: found \(best), expected a number from 1 to the \(samples) samples")
    }
    guard strength > 0, strength.isFinite else {
      throw CommandFailure(.usage, "--strength: found \(strength), expected a positive number")
    }
    return search
  }

  /// The name of a domain as its column spells it: `web` stands for `share_web`.
  static func column(_ name: String, in domains: [String], option: String) throws -> Int {
    let position = domains.firstIndex {
      $0 == name || $0 == "share_\(name)" || $0 == "weight_\(name)"
    }
    guard let position else {
      throw CommandFailure(
        .usage,
        "\(option): found \"\(name)\", expected one of the domains \(domains.joined(separator: ", "))"
      )
    }
    return position
  }

  /// The allowed shares: those that the runs tried, or those of the options, further limited by
  /// the unique tokens.
  func ranges(
    of domains: [String], tried: [ClosedRange<Double>]
  ) throws -> [ClosedRange<Double>] {
    var ranges = tried
    for (name, range) in try NameList.ranges(shareBounds, option: "--share-bounds") {
      guard range.lowerBound >= 0, range.upperBound <= 1 else {
        throw CommandFailure(
          .usage,
          "--share-bounds: \(name): found \(range.lowerBound):\(range.upperBound), expected shares from 0 to 1"
        )
      }
      ranges[try Self.column(name, in: domains, option: "--share-bounds")] = range
    }
    let unique = try NameList.numbers(available, option: "--available")
    guard unique.isEmpty == (trainingTokens == nil) else {
      throw CommandFailure(
        .usage, "--available and --training-tokens belong together: found one, expected both")
    }
    if epochs != nil, trainingTokens == nil {
      throw CommandFailure(
        .usage, "--epochs says how often --available tokens are seen, expected --available with it")
    }
    if let trainingTokens {
      let total = try NameList.positive(trainingTokens, option: "--training-tokens")
      let epochs = epochs ?? 4
      guard epochs > 0, epochs.isFinite else {
        throw CommandFailure(.usage, "--epochs: found \(epochs), expected a positive number")
      }
      for (name, tokens) in unique {
        guard tokens >= 0 else {
          throw CommandFailure(
            .usage, "--available: \(name): found \(tokens), expected a number of tokens")
        }
        let index = try Self.column(name, in: domains, option: "--available")
        let most = min(tokens * epochs / total, 1)
        ranges[index] = min(ranges[index].lowerBound, most)...min(ranges[index].upperBound, most)
      }
    }
    return ranges
  }

  /// The concentrations of the Dirichlet distribution: a centre times the strength.
  func concentrations(of domains: [String], mean: [Double]) throws -> [Double] {
    var centre = mean
    if prior != nil {
      centre = domains.map { _ in 0 }
      for (name, value) in try NameList.numbers(prior, option: "--prior") {
        guard value > 0 else {
          throw CommandFailure(
            .usage, "--prior: \(name): found \(value), expected a positive number")
        }
        centre[try Self.column(name, in: domains, option: "--prior")] = value
      }
    }
    let total = centre.reduce(0, +)
    guard total > 0 else {
      throw CommandFailure(
        .badData, "the saved fit holds no mean mixture: give the centre with --prior")
    }
    // A concentration of zero is a domain that is never drawn.
    return centre.map { max(concentration * $0 / total, 1e-4) }
  }

  /// N and D for each law, in its order.
  func sizes(of fit: SavedFit, law: MixtureLaw) throws -> [Double] {
    let given = try NameList.numbers(size, option: "--size")
    if let unknown = given.keys.sorted().first(where: { $0 != "N" && $0 != "D" }) {
      throw CommandFailure(.usage, "--size: found \"\(unknown)\", expected N or D")
    }
    if !given.isEmpty, law.scale == .none {
      throw CommandFailure(
        .usage,
        "--size: found it for a fit that reads neither N nor D: its mixtures are of one size and length"
      )
    }
    return try law.scale.columns.map { column in
      guard let value = given[column] ?? fit.ranges[column]?.upperBound, value > 0 else {
        throw CommandFailure(.usage, "--size: found no \(column), expected a positive number")
      }
      return value
    }
  }
}

extension SavedFitArguments {
  /// The saved fits of a file that holds nothing but fits of the mixture law; nil for any other.
  static func targets(_ path: String) throws -> [SavedFit]? {
    let (file, group) = parts(of: path)
    guard group == nil,
      let documents = FitDocument.decodeSeveral(try readFile(file), of: MixtureLaw().name),
      !documents.isEmpty
    else { return nil }
    return try documents.map { try fit($0, source: path) }
  }
}
