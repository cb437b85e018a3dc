import Foundation

/// The training engine against its peers, which all take turns.
struct EngineBenchmarks {
  /// The Python that has the peers; nil measures ours alone.
  var python: String?
  /// Length of a turn in seconds.
  var seconds = 2.0
  /// Turns of each program.
  var rounds = 3

  private static let threads = 2

  private func ours(_ arguments: String...) -> [String] {
    [CommandLine.arguments[0], "work"] + arguments
  }

  /// Memory that C's allocator keeps instead of giving it back after every step makes PyTorch a few
  /// percent faster.
  private func peer(_ script: String, _ arguments: String...) -> [String]? {
    python.map {
      [
        "env", "MALLOC_MMAP_THRESHOLD_=1000000000", "MALLOC_TRIM_THRESHOLD_=2000000000", $0,
        "Peers/\(script).py",
      ] + arguments
    }
  }

  private func contest(
    _ contestants: [Contestant?], seconds: Double? = nil
  ) throws -> [Outcome] {
    try Contest(seconds: seconds ?? self.seconds, rounds: rounds).run(
      contestants.compactMap(\.self))
  }

  private func contestant(
    _ program: String, _ command: [String]?, copies: Int = 1, note: String = ""
  ) -> Contestant? {
    command.map {
      Contestant(program: program, commands: Array(repeating: $0, count: copies), note: note)
    }
  }

  /// Steps a second at every size, with the rate of large products beside the largest.
  func train() throws -> [Measurement] {
    try DecoderSize.allCases.flatMap { size -> [Measurement] in
      let isLargest = size == .large
      let outcomes = try contest([
        contestant("allometry", ours("train", size.rawValue, "\(Self.threads)", "1")),
        contestant("torch", peer("train_torch", "--sizes", size.rawValue)),
        contestant("jax", peer("train_jax", "--sizes", size.rawValue)),
        isLargest
          ? contestant("products", ours("product", "1024", "\(Self.threads)", "ours")) : nil,
        isLargest
          ? contestant("products", ours("product", "1024", "\(Self.threads)", "blas")) : nil,
      ])
      let steps = outcomes.filter { $0.contestant.program != "products" }
      let products = outcomes.filter { $0.contestant.program == "products" }
      return steps.map { training($0, "train", size) }
        + zip(products, ["allometry", "OpenBLAS"]).map {
          self.product($0, input: "1024, beside train 6x256", program: $1)
        }
    }
  }

  /// Two single-threaded runs at once: their rates together.
  func sideBySide() throws -> [Measurement] {
    try DecoderSize.allCases.flatMap { size -> [Measurement] in
      try contest([
        contestant(
          "allometry", ours("train", size.rawValue, "1", "1"), copies: 2, note: "two processes"),
        contestant(
          "allometry, one process", ours("train", size.rawValue, "1", "2"),
          note: "two runs in one process"),
        contestant(
          "torch", peer("train_torch", "--sizes", size.rawValue, "--threads", "1"), copies: 2,
          note: "two processes"),
      ]).map { training($0, "side-by-side", size) }
    }
  }

  /// Generation of one and of sixteen sequences, and the rate at which weights can be read.
  func decode() throws -> [Measurement] {
    let size = DecoderSize.large
    return try [1, 16].flatMap { batch -> [Measurement] in
      let input = "\(size.rawValue), batch \(batch)"
      let unit = Double(batch * DecodingWork.added)
      let outcomes = try contest([
        contestant("allometry", ours("decode", size.rawValue, "\(Self.threads)", "\(batch)")),
        contestant(
          "torch",
          peer(
            "decode_torch", "--sizes", size.rawValue, "--batches", "\(batch)", "--prompt",
            "\(DecodingWork.prompt)", "--generate", "\(DecodingWork.added)")),
        batch == 1
          ? contestant("memory", ours("read", "\(try size.decodedBytes())", "\(Self.threads)"))
          : nil,
      ])
      return try outcomes.map { outcome in
        if outcome.contestant.program == "memory" {
          return try roof(outcome, input: input, size: size, unit: unit)
        }
        return measurement(outcome, "decode", input: input, unit: unit) {
          $0.tokensPerSecond = outcome.rate
        }
      }
    }
  }

  /// Square products by our kernels, the system's BLAS and the peers'.
  func products() throws -> [Measurement] {
    try ["512", "1024", "2048"].flatMap { order in
      let programs = ["allometry", "OpenBLAS", "numpy", "torch"]
      let commands = [
        ours("product", order, "\(Self.threads)", "ours"),
        ours("product", order, "\(Self.threads)", "blas"),
        peer("sgemm", "--orders", order, "--tools", "numpy"),
        peer("sgemm", "--orders", order, "--tools", "torch"),
      ]
      return try contest(zip(programs, commands).map { contestant($0, $1) }, seconds: 0.5)
        .map { product($0, input: order, program: $0.contestant.program) }
    }
  }

  /// Attention over long sequences, each length in a process of its own.
  func attention() throws -> [Measurement] {
    try [2048, 4096, 8192].flatMap { length -> [Measurement] in
      let process = try TurnTaker(ours("attention", "\(length)", "\(Self.threads)"))
      let end = try process.answer()
      func row(_ key: String, _ program: String, _ passes: String, _ operations: Double)
        -> Measurement
      {
        let wall = end.number(key)
        let isAttention = program == "allometry"
        var row = Measurement(
          benchmark: "attention", input: "T = \(length), \(passes)", program: program,
          wallSeconds: wall, cpuSeconds: end.number(key + "CPU"), repetitions: 3, results: [:],
          note: isAttention ? "" : "the matrix products alone, in blocks of 256")
        row.gigaflopsPerSecond = operations * end.number("operations") / wall * 1e-9
        if isAttention {
          let memory = passes == "forward" ? "forwardMegabytes" : "bothMegabytes"
          row.extraMegabytes = end.number(memory)
          row.results["timesProducts"] = wall / end.number(key + "Products")
          row.results["inputMegabytes"] = end.number("inputMegabytes")
          if passes != "forward" { row.peakMegabytes = end.number("peak_mb") }
        }
        return row
      }
      // Two products forwards; five backwards, the scores being computed again.
      return [("forward", "forward", 1.0), ("both", "forward and backward", 3.5)].flatMap {
        [row($0.0, "allometry", $0.1, $0.2), row($0.0 + "Products", "products", $0.1, $0.2)]
      }
    }
  }
}

extension EngineBenchmarks {
  private func measurement(
    _ outcome: Outcome, _ benchmark: String, input: String, unit: Double,
    _ add: (inout Measurement) -> Void
  ) -> Measurement {
    let known = [
      "peak_mb", "tokens_per_s", "gflop_per_s", "threads", "preallocated", "concatenated",
    ]
    let words = [outcome.contestant.note, outcome.words["best"] ?? ""].filter { !$0.isEmpty }
    var result = Measurement(
      benchmark: benchmark, input: input, program: outcome.contestant.program,
      wallSeconds: unit / outcome.rate, cpuSeconds: unit * outcome.cpuPerUnit,
      repetitions: outcome.turns, peakMegabytes: outcome.numbers["peak_mb"],
      results: outcome.numbers.filter { !known.contains($0.key) },
      note: words.joined(separator: "; "))
    add(&result)
    return result
  }

  /// Counted as six operations a parameter and token.
  private func training(
    _ outcome: Outcome, _ benchmark: String, _ size: DecoderSize
  ) -> Measurement {
    measurement(
      outcome, benchmark, input: size.rawValue,
      unit: Double(DecoderSize.batch * DecoderSize.length)
    ) {
      $0.tokensPerSecond = outcome.rate
      let parameters = (try? size.parameterCount()) ?? .nan
      $0.results["parameters"] = parameters
      $0.gigaflopsPerSecond = 6 * parameters * outcome.rate * 1e-9
    }
  }

  private func product(_ outcome: Outcome, input: String, program: String) -> Measurement {
    let order = Double(input.prefix { $0.isNumber }) ?? .nan
    var result = measurement(
      outcome, "sgemm", input: input, unit: 2e-9 * order * order * order
    ) { $0.gigaflopsPerSecond = outcome.rate }
    result.program = program
    return result
  }

  /// The tokens a second at which one sequence could be decoded if only weights had to be read.
  private func roof(
    _ outcome: Outcome, input: String, size: DecoderSize, unit: Double
  ) throws -> Measurement {
    let perToken = Double(try size.decodedBytes()) * 1e-9
    var result = measurement(outcome, "decode", input: input, unit: unit * perToken) { _ in }
    result.program = "roof"
    result.tokensPerSecond = outcome.rate / perToken
    result.results["gigabytesPerSecond"] = outcome.rate
    result.note = "reading \(Int(perToken * 1e9)) bytes of weights a token"
    return result
  }
}
