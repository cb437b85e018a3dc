public import LanguageModels
internal import Statistics
public import Tensors

/// The replies of a trained model to the steps of a task.
///
/// By default every reply is decoded from its own copy of the prompt. With ``StepMethod/remembered``
/// the probabilities of all allowed answers are computed the first time that a state is met, by the
/// chain rule over the tokens of each answer's only spelling, and replies are drawn from them: the
/// same distribution at a fraction of the cost.
public final class ModelSteps<Task: DecomposedTask>: StepSource {
  /// What the steps belong to.
  public let task: Task
  /// How tokens are drawn.
  public let sampling: StepSampling
  /// How replies come about.
  public let method: StepMethod
  /// What all replies so far have cost.
  public private(set) var cost = StepCost()

  private let model: LanguageModel<Float>
  private let pool: ThreadPool
  private let widest: Int
  private let operationsPerReply: Double
  private var sessions: [Int: DecodingSession<Float>] = [:]
  private var known: [Task.State: StepOdds] = [:]

  /// Steps of a trained model, whose parameters must not change any more; at most `batch` sequences
  /// are one pass.
  public init(
    _ model: LanguageModel<Float>, _ task: Task, sampling: StepSampling = StepSampling(),
    method: StepMethod = .decoded, batch: Int = 256, pool: ThreadPool = .inline
  ) {
    precondition(method != .planted, "a model's replies are decoded or remembered")
    let length = task.prompt(at: task.start).count + task.replyLength - 1
    precondition(
      length <= model.configuration.contextLength,
      "steps of \(length) tokens in a context of \(model.configuration.contextLength)")
    self.model = model
    self.task = task
    self.sampling = sampling
    self.method = method
    self.pool = pool
    widest = batch
    let prompt = task.prompt(at: task.start).count
    let pass = PassOperations(model.configuration)
    operationsPerReply =
      pass.operations(from: 0, count: prompt, logitRows: 1)
      + (1..<max(task.replyLength, 1)).reduce(0) {
        $0 + pass.operations(from: prompt + $1 - 1, count: 1, logitRows: 1)
      }
  }

  /// Draws replies.
  public func sample(_ requests: [StepRequest<Task.State>]) -> [[Int?]] {
    let count = requests.reduce(0) { $0 + $1.count }
    cost.replies += count
    cost.tokens += count * task.replyLength
    cost.operations += Double(count) * operationsPerReply
    cost.promptTokens += count * task.prompt(at: task.start).count
    if method == .remembered {
      let odds = self.odds(at: requests.map(\.state))
      return zip(requests, odds).map { request, odds in
        (0..<request.count).map { copy in
          var random = request.random.split(copy)
          return odds.draw(&random)
        }
      }
    }
    cost.sequencesRun += count
    var rows: [(request: Int, copy: Int)] = []
    for (index, request) in requests.enumerated() {
      rows += (0..<request.count).map { (index, $0) }
    }
    var answers: [[Int?]] = requests.map { _ in [] }
    for start in stride(from: 0, to: rows.count, by: widest) {
      let part = rows[start..<min(start + widest, rows.count)]
      let prompts = part.map { task.prompt(at: requests[$0.request].state) }
      var streams = part.map { requests[$0.request].random.split($0.copy) }
      for (row, reply) in zip(part, decode(prompts, &streams)) {
        answers[row.request].append(task.answer(of: reply, at: requests[row.request].state))
      }
    }
    return answers
  }

  /// The exact probabilities of the answers at states, each computed once.
  public func odds(at states: [Task.State]) -> [StepOdds] {
    var new: [Task.State] = []
    for state in states where known[state] == nil {
      known[state] = StepOdds(answers: [])
      new.append(state)
    }
    let spelled = new.map { task.replies(at: $0) }
    var rows: [(state: Int, answer: Int, reply: [Int32])] = []
    for (index, replies) in spelled.enumerated() {
      rows += replies.map { (index, $0.answer, $0.reply) }
    }
    var odds = new.map { _ in StepOdds(answers: Array(repeating: 0, count: task.answerCount)) }
    cost.sequencesRun += rows.count
    for start in stride(from: 0, to: rows.count, by: widest) {
      let part = rows[start..<min(start + widest, rows.count)]
      let prompts = part.map { task.prompt(at: new[$0.state]) }
      for (row, probability) in zip(part, probabilities(prompts, part.map(\.reply))) {
        odds[row.state].answers[row.answer] = probability
      }
    }
    for (state, odds) in zip(new, odds) { known[state] = odds }
    return states.map { known[$0] ?? StepOdds(answers: []) }
  }

  /// Draws a reply to each prompt.
  private func decode(
    _ prompts: [[Int32]], _ streams: inout [SplittableRandom]
  ) -> [[Int32]] {
    let session = session(prompts.count)
    var replies = prompts.map { _ in [Int32]() }
    let prompts = padded(prompts, to: session.batch)
    let length = prompts[0].count
    var logits = session.logits(appending: prompts)
    let vocabulary = logits.count / session.batch / length
    var stride = length
    for place in 0..<task.replyLength {
      var next = [Int32](repeating: 0, count: session.batch)
      for row in replies.indices {
        let end = (row + 1) * stride * vocabulary
        let odds = sampling.probabilities(logits: logits[end - vocabulary..<end])
        next[row] = Self.draw(odds, &streams[row])
        replies[row].append(next[row])
      }
      guard place < task.replyLength - 1 else { break }
      logits = session.step(next)
      stride = 1
    }
    return replies
  }

  /// The probability of a given reply to each prompt.
  private func probabilities(_ prompts: [[Int32]], _ replies: [[Int32]]) -> [Double] {
    let session = session(prompts.count)
    let rows = zip(prompts, replies).map { $0 + $1.dropLast() }
    let logits = session.logits(appending: padded(rows, to: session.batch))
    let length = rows[0].count
    let vocabulary = logits.count / session.batch / length
    return rows.indices.map { row in
      replies[row].indices.reduce(1.0) { product, place in
        let start = (row * length + prompts[row].count - 1 + place) * vocabulary
        let odds = sampling.probabilities(logits: logits[start..<start + vocabulary])
        return product * odds[Int(replies[row][place])]
      }
    }
  }

  /// An empty session for at least so many sequences; few sizes, since each has its own recordings.
  private func session(_ count: Int) -> DecodingSession<Float> {
    var size = 1
    while size < count { size = min(2 * size, max(widest, count)) }
    if let session = sessions[size] {
      session.clear()
      return session
    }
    let length = task.prompt(at: task.start).count + task.replyLength
    let session: DecodingSession<Float>
    do {
      session = try DecodingSession(
        model, batch: size, maximumLength: min(length, model.configuration.contextLength),
        pool: pool)
    } catch {
      preconditionFailure("the step model cannot be decoded: \(error)")
    }
    sessions[size] = session
    return session
  }

  private func padded(_ rows: [[Int32]], to count: Int) -> [[Int32]] {
    rows + Array(repeating: rows[0], count: count - rows.count)
  }

  private static func draw(_ odds: [Double], _ random: inout SplittableRandom) -> Int32 {
    var remaining = random.nextUniform()
    var last = 0
    for (token, probability) in odds.enumerated() where probability > 0 {
      remaining -= probability
      last = token
      if remaining < 0 { break }
    }
    return Int32(last)
  }
}
