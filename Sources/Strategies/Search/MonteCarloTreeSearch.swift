public import Cards
internal import Corpora
internal import Foundation
internal import LanguageModels
internal import RunTables

/// Tree search that goes where a verifier's values and the policy's own frequencies point, by PUCT
/// [202].
public struct MonteCarloTreeSearch: Strategy {
  /// The strategy's card.
  public static let card = StrategyCard(
    name: "monte-carlo-tree-search",
    summary:
      "grows a tree of beginnings: the one that PUCT points to is continued M times by a step, a "
      + "process verifier values the new ones, and their values go up the tree; a beginning that "
      + "was visited often is continued anew",
    source: "[202] MCTS with PUCT, c_base 19652 and c_init 1.25; continuing anew is this program's",
    needsVerifier: true,
    options: [
      .whole("width", 4, in: 1...1024, "M: how often a leaf is continued"),
      .number("exploration", 1.25, in: 0...1000, "c_init of PUCT"),
      .number("base", 19_652, in: 1...1e9, "c_base of PUCT"),
      SearchOptions.selection(.best), SearchOptions.aggregate, SearchOptions.temperature,
    ])

  private let width: Int
  private let exploration: Double
  private let base: Double
  private let options: SearchOptions

  /// Creates the strategy with these options.
  public init(_ options: OptionValues) throws(StrategyError) {
    width = options.whole("width")
    exploration = options.number("exploration")
    base = options.number("base")
    self.options = SearchOptions(options)
  }

  /// PUCT: the mean value Q of a child, and a bonus that falls with its visits and grows with its
  /// prior, the share of the parent's continuations that are the child; `exploration` is c_init,
  /// `base` c_base [202].
  public static func puct(
    value: Double, prior: Double, parentVisits: Int, visits: Int, exploration: Double = 1.25,
    base: Double = 19_652
  ) -> Double {
    let parent = Double(parentVisits)
    return value + prior * parent.squareRoot() / (1 + Double(visits))
      * (log((parent + base + 1) / base) + exploration)
  }

  /// Searches problem by problem, all of them side by side; a budget of N is the tokens of N solutions,
  /// whichever steps they are spent on. What is left when no beginning can be continued M times
  /// finishes those with the highest values.
  ///
  /// A beginning of v visits is continued ⌊√(v/M)⌋ times M times at most, and a whole solution that
  /// PUCT points to counts one more visit: otherwise one unlucky first draw could not be mended by any
  /// budget.
  public func solve(
    _ problems: [Problem], budget: Int, on bench: Bench
  ) throws -> [StrategyResult] {
    let verifier = try bench.requiredVerifier(of: Self.card.name)
    let task = bench.policy.task
    var trees = problems.map { SearchTree($0, steps: budget * task.stepCount) }
    while true {
      // One expansion of every tree that can pay for it and for the rest of a solution.
      var requests: [(tree: Int, node: Int, count: Int)] = []
      for tree in trees.indices {
        guard
          let node = trees[tree].next(
            depth: task.stepCount, width: width, choose: { choose($0, $1) })
        else { continue }
        let rest = task.stepCount - trees[tree].nodes[node].depth
        if trees[tree].steps >= width + rest - 1 {
          requests.append((tree, node, width))
        } else if let open = trees[tree].affordable(depth: task.stepCount) {
          requests.append((tree, open, 1))
        }
      }
      if requests.isEmpty { break }
      try expand(requests, &trees, bench, verifier)
    }
    return trees.map { result($0, bench, verifier) }
  }

  private func choose(_ tree: SearchTree, _ node: Int) -> Int {
    let parent = tree.nodes[node]
    let total = parent.children.reduce(0) { $0 + tree.nodes[$1].draws }
    func score(_ child: Int) -> Double {
      let own = tree.nodes[child]
      return Self.puct(
        value: own.visits > 0 ? own.sum / Double(own.visits) : 0,
        prior: Double(own.draws) / Double(max(total, 1)), parentVisits: parent.visits,
        visits: own.visits, exploration: exploration, base: base)
    }
    return parent.children.max { (score($0), -$0) < (score($1), -$1) } ?? node
  }

  /// Draws the continuations of leaves, values them, and counts values up to the roots.
  private func expand(
    _ requests: [(tree: Int, node: Int, count: Int)], _ trees: inout [SearchTree], _ bench: Bench,
    _ verifier: any Verifier
  ) throws {
    let task = bench.policy.task
    var draws: [(tree: Int, node: Int, attempt: Int)] = []
    for request in requests {
      for _ in 0..<request.count {
        let depth = trees[request.tree].nodes[request.node].depth
        draws.append((request.tree, request.node, trees[request.tree].drawn[depth, default: 0]))
        trees[request.tree].drawn[depth, default: 0] += 1
      }
    }
    let steps = try bench.sampler.continuations(
      of: draws.map { trees[$0.tree].problem.prompt + trees[$0.tree].nodes[$0.node].tokens },
      by: task.stepLength,
      from: draws.map { draw in
        bench.sampler.streams.stream(
          step: trees[draw.tree].nodes[draw.node].depth, attempt: draw.attempt,
          problem: trees[draw.tree].problem.index)
      }, rule: options.rule(of: bench.policy))
    var scores = draws.map { _ in [Double]() }
    // Beginnings of the same length are read together.
    let byDepth = Dictionary(grouping: draws.indices) {
      trees[draws[$0].tree].nodes[draws[$0].node].depth
    }
    for (_, members) in byDepth.sorted(by: { $0.key < $1.key }) {
      for start in stride(from: 0, to: members.count, by: bench.sampler.batch) {
        let part = Array(members[start..<min(start + bench.sampler.batch, members.count)])
        let read = try verifier.stepScores(
          of: part.map { trees[draws[$0].tree].nodes[draws[$0].node].tokens + steps[$0] },
          to: part.map { AttemptPlace(trees[draws[$0].tree].problem, attempt: draws[$0].attempt) },
          task: task)
        for (place, values) in zip(part, read) { scores[place] = values }
      }
    }
    for (place, draw) in draws.enumerated() {
      let depth = trees[draw.tree].nodes[draw.node].depth
      trees[draw.tree].cost += stepCost(depth, bench, verifier)
      trees[draw.tree].steps -= 1
      trees[draw.tree].add(
        trees[draw.tree].nodes[draw.node].tokens + steps[place], scores[place], to: draw.node)
    }
  }

  /// What a step after a beginning costs, which policy and verifier have read already.
  private func stepCost(
    _ depth: Int, _ bench: Bench, _ verifier: any Verifier
  ) -> StrategyCost {
    let task = bench.policy.task
    let start = task.promptLength + depth * task.stepLength
    var cost =
      bench.policy.cost(prompt: start, generated: task.stepLength, solutions: 1)
      + verifier.cost(prompt: start, read: task.stepLength, solutions: 1)
    let known =
      bench.policy.cost(prompt: start, generated: 0, solutions: 0)
      + verifier.cost(prompt: start, read: 0, solutions: 0)
    cost.promptTokens -= known.promptTokens
    cost.verifierTokens -= known.verifierTokens
    cost.policyOperations -= known.policyOperations
    cost.verifierOperations -= known.verifierOperations
    return cost
  }

  private func result(
    _ tree: SearchTree, _ bench: Bench, _ verifier: any Verifier
  ) -> StrategyResult {
    let task = bench.policy.task
    let attempts = tree.nodes.filter { $0.depth == task.stepCount }.map { node in
      OutcomeAttempt(
        Sample(node.tokens, to: tree.problem, task: task), task: task, stepScores: node.scores,
        aggregate: options.aggregate)
    }
    let chosen = options.selection.choice(among: attempts)
    let reading =
      bench.policy.cost(prompt: task.promptLength, generated: 0, solutions: 0)
      + verifier.cost(prompt: task.promptLength, read: 0, solutions: 0)
    return StrategyResult(
      attempts: attempts, answer: chosen.flatMap { attempts[$0].answer },
      isCorrect: chosen.map { attempts[$0].correct } ?? false, cost: tree.cost + reading)
  }
}

/// The beginnings of solutions to one problem, as a tree.
private struct SearchTree {
  struct Node {
    var tokens: [Int32] = []
    var scores: [Double] = []
    var depth = 0
    var parent: Int?
    var children: [Int] = []
    /// How often the policy drew it.
    var draws = 0
    var visits = 0
    var sum = 0.0
  }

  let problem: Problem
  var nodes = [Node()]
  /// Steps that may still be drawn.
  var steps: Int
  /// Continuations drawn so far, by depth: the numbers of their streams.
  var drawn: [Int: Int] = [:]
  var cost = StrategyCost()

  init(_ problem: Problem, steps: Int) {
    self.problem = problem
    self.steps = steps
  }

  /// How often one search may come to whole solutions before it takes what is open.
  private static let mostRevisits = 64

  /// The beginning to continue: where the choice of children leads, or one above that has been visited
  /// often enough to be continued anew; nil where nothing can be paid for.
  mutating func next(
    depth: Int, width: Int, choose: (SearchTree, Int) -> Int
  ) -> Int? {
    guard steps > 0 else { return nil }
    for _ in 0..<Self.mostRevisits {
      var node = 0
      while nodes[node].depth < depth {
        let made = nodes[node].children.reduce(0) { $0 + nodes[$1].draws }
        let rounds = (Double(nodes[node].visits) / Double(width)).squareRoot().rounded(.down)
        if made < width * max(Int(rounds), 1) { return node }
        node = choose(self, node)
      }
      visit(node, value: nodes[node].scores.last ?? 0)
    }
    return affordable(depth: depth)
  }

  /// The unfinished leaf with the highest value of those that can still be finished, the deepest of
  /// equals; the root where all are finished and a whole solution can be paid for.
  func affordable(depth: Int) -> Int? {
    let open = nodes.indices.filter {
      nodes[$0].children.isEmpty && nodes[$0].depth < depth && depth - nodes[$0].depth <= steps
    }
    let best = open.max {
      let (a, b) = (nodes[$0], nodes[$1])
      return (a.scores.last ?? 0, a.depth, -$0) < (b.scores.last ?? 0, b.depth, -$1)
    }
    return best ?? (steps >= depth ? 0 : nil)
  }

  /// Adds a continuation, or counts one that is there once more, and its value up to the root.
  mutating func add(_ tokens: [Int32], _ scores: [Double], to parent: Int) {
    let node = nodes[parent].children.first { nodes[$0].tokens == tokens } ?? nodes.count
    if node == nodes.count {
      nodes.append(
        Node(tokens: tokens, scores: scores, depth: nodes[parent].depth + 1, parent: parent))
      nodes[parent].children.append(node)
    }
    nodes[node].draws += 1
    visit(node, value: scores.last ?? 0)
  }

  /// Counts a visit and its value from a node up to the root.
  private mutating func visit(_ place: Int, value: Double) {
    var node = place
    while true {
      nodes[node].visits += 1
      nodes[node].sum += value
      guard let above = nodes[node].parent else { break }
      node = above
    }
  }
}
