/// What a process of its own does when it takes part in a contest.
enum Work {
  /// What to do, and with which sizes and how many threads.
  static func serve(_ arguments: [String]) throws {
    let numbers = arguments.dropFirst().map { Int($0) ?? 0 }
    switch (arguments.first, arguments.count) {
    case ("train", 4):
      guard let size = DecoderSize(rawValue: arguments[1]) else { throw UsageError() }
      try TrainingWork(size: size, threads: numbers[1], runs: numbers[2]).serve()
    case ("decode", 4):
      guard let size = DecoderSize(rawValue: arguments[1]) else { throw UsageError() }
      try DecodingWork(size: size, threads: numbers[1], batch: numbers[2]).serve()
    case ("product", 4):
      ProductWork(order: numbers[0], threads: numbers[1], usesBLAS: arguments[3] == "blas").serve()
    case ("read", 3): ReadingWork(bytes: numbers[0], threads: numbers[1]).serve()
    case ("attention", 3): try AttentionWork(length: numbers[0], threads: numbers[1]).serve()
    default: throw UsageError()
    }
  }
}
