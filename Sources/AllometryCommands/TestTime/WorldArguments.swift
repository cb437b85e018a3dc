internal import ArgumentParser
internal import Foundation
internal import SamplingLaws

struct WorldArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A world as JSON, such as --print-world prints; other options replace its parts.",
      valueName: "file.json"))
  var world: String?

  @Option(help: "The number of problems; default 200.")
  var problems: Int?

  @Option(help: "The attempts at each problem; default 64.")
  var attempts: Int?

  @Option(
    help: ArgumentHelp(
      "Chances of success as Beta(a, b): a:b, or a mixture 0.5:2:0.7,8:2:0.3 with weights.",
      valueName: "a:b[:weight]"))
  var difficulty: String?

  @Option(help: ArgumentHelp("The share of problems that are never solved.", valueName: "share"))
  var unsolvable: Double?

  @Option(
    help: ArgumentHelp(
      "Wrong answers of a problem and their concentration: 10:1; 0 for no answers.",
      valueName: "count[:s]"))
  var wrongAnswers: String?

  @Option(
    help: ArgumentHelp(
      "A verifier whose scores lie this many standard deviations apart.", valueName: "d'"))
  var verifier: Double?

  @Option(
    help: ArgumentHelp(
      "Which attempts it lets pass: completeness and soundness, such as 0.95:0.8.",
      valueName: "c:s"))
  var passes: String?

  @Option(
    help: ArgumentHelp(
      "Tokens of an attempt: mean and deviation, such as 500:250.", valueName: "mean:sd"))
  var tokens: String?

  @Option(
    help: ArgumentHelp(
      "Sequential rounds: count, chance to mend, chance to spoil: 8:0.2:0.05.",
      valueName: "n:gain:loss"))
  var rounds: String?

  @Option(
    help: ArgumentHelp(
      "Several models by their advantage in log odds: small=0,large=1.2.", valueName: "arms"))
  var arms: String?

  func planted() throws -> PlantedWorld {
    var planted = try read()
    if let problems { planted.problems = problems }
    if let attempts { planted.attempts = attempts }
    if let unsolvable { planted.unsolvable = unsolvable }
    if let difficulty {
      planted.components = try difficulty.split(separator: ",").enumerated().map { index, part in
        let numbers = try Self.numbers(String(part), 2...3, "--difficulty", "a:b or a:b:weight")
        return PlantedWorld.Component(
          label: difficulty.contains(",") ? "part \(index + 1)" : "",
          weight: numbers.count > 2 ? numbers[2] : 1, a: numbers[0], b: numbers[1])
      }
    }
    if let wrongAnswers {
      let numbers = try Self.numbers(
        wrongAnswers, 1...2, "--wrong-answers", "a count such as 10, or count:concentration")
      let count = try Self.whole(numbers[0], "--wrong-answers")
      planted.answers =
        count == 0
        ? nil
        : PlantedWorld.Answers(wrong: count, concentration: numbers.count > 1 ? numbers[1] : 1)
    }
    if let verifier {
      planted.verifier = planted.verifier ?? PlantedWorld.Verifier()
      planted.verifier?.discrimination = verifier
    }
    if let passes {
      let numbers = try Self.numbers(passes, 2...2, "--passes", "completeness:soundness")
      planted.verifier = planted.verifier ?? PlantedWorld.Verifier()
      planted.verifier?.completeness = numbers[0]
      planted.verifier?.soundness = numbers[1]
      planted.verifier?.threshold = nil
    }
    if let tokens {
      let numbers = try Self.numbers(tokens, 1...2, "--tokens", "mean or mean:deviation")
      planted.tokens = planted.tokens ?? PlantedWorld.Tokens()
      planted.tokens?.mean = numbers[0]
      planted.tokens?.deviation = numbers.count > 1 ? numbers[1] : numbers[0] / 2
    }
    if let rounds {
      let numbers = try Self.numbers(rounds, 2...3, "--rounds", "count:gain or count:gain:loss")
      planted.rounds = PlantedWorld.Rounds(
        count: try Self.whole(numbers[0], "--rounds"), gain: numbers[1],
        loss: numbers.count > 2 ? numbers[2] : 0)
    }
    if let arms {
      planted.arms = try arms.split(separator: ",").map { part in
        let sides = part.split(separator: "=", maxSplits: 1)
        guard sides.count == 2, let ability = Double(sides[1]) else {
          throw CommandFailure(
            .usage, "--arms: found \"\(part)\", expected name=advantage such as large=1.2")
        }
        return PlantedWorld.Arm(name: String(sides[0]), ability: ability)
      }
    }
    let sizes = [
      planted.problems, planted.attempts, max(planted.arms.count, 1),
      max(planted.rounds?.count ?? 1, 1),
    ]
    let attempts = sizes.reduce(1.0) { $0 * Double($1) }
    guard attempts <= 1e8 else {
      throw CommandFailure(
        .usage,
        "--problems: found \(attempts) attempts in all, expected at most 1e8; use fewer problems, attempts or arms"
      )
    }
    do { try planted.validate() } catch {
      throw CommandFailure(.usage, "the world cannot be: \(error.description)")
    }
    return planted
  }

  private func read() throws -> PlantedWorld {
    guard let world else { return PlantedWorld() }
    let bytes = try readFile(world)
    do {
      return try JSONDecoder().decode(PlantedWorld.self, from: bytes)
    } catch {
      throw CommandFailure(
        .badData,
        "\(world): found JSON that is no world (\(Self.reason(error))), expected what --print-world prints"
      )
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "\(key.stringValue) is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
    case DecodingError.dataCorrupted(let context): context.debugDescription
    default: "\(error)"
    }
  }

  private static func numbers(
    _ text: String, _ count: ClosedRange<Int>, _ option: String, _ expected: String
  ) throws -> [Double] {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Double($0) }.filter(\.isFinite)
    guard numbers.count == parts.count, count.contains(numbers.count) else {
      throw CommandFailure(.usage, "\(option): found \"\(text)\", expected \(expected)")
    }
    return numbers
  }

  private static func whole(_ value: Double, _ option: String) throws -> Int {
    guard let whole = Int(exactly: value), whole >= 0 else {
      throw CommandFailure(.usage, "\(option): found \(value), expected a whole number")
    }
    return whole
  }
}
