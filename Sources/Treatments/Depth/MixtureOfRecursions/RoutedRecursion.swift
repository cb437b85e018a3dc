public import LanguageModels
public import Tensors

/// Runs a block of layers several times, each time over the tokens that are still active [95].
///
/// Expert-choice: in pass r, among the tokens of the pass before, those with the greatest scores go on
/// in their order, and `x_t ← x_t + α σ(s_t) Block(x)_t`; where the pass is not for training, those
/// with σ(s_t) above one half, or all if training takes all. Token-choice: a token takes the depth i with the greatest affinity, and
/// `x_t + w_i Blockⁱ(x)_t`.
public final class RoutedRecursion<Element: TensorElement>: DepthController {
  /// How tokens are sent.
  public let routing: RecursionRouting
  /// The layers of the block.
  public let block: Range<Int>
  /// A matrix to scores for each pass of expert-choice, `[width, 1]`, or one for all depths of
  /// token-choice, `[width, R]`.
  public let routers: [Tensor<Element>]

  /// Declares the routers of the layers of a block.
  public init(
    _ routing: RecursionRouting, block: Range<Int>, of model: ModelConfiguration,
    in parameters: ParameterSet<Element>
  ) {
    self.routing = routing
    self.block = block
    let deviation = StartingDeviations(model).hidden
    let columns = routing.choosesTokens ? 1 : routing.recursions
    routers = (0..<(routing.choosesTokens ? routing.recursions : 1)).map { index in
      parameters.declare(
        "recursion.router.\(index).weight", [model.width, columns],
        role: .hidden(fanIn: model.width), startingAs: .normal(standardDeviation: deviation))
    }
  }

  /// Nothing: decoding would need a cache for each pass with the tokens that took it, which is not
  /// there.
  public func mixerStates(of model: LanguageModel<Element>) -> [MixerState] { [] }

  /// Records the layers before the block, its passes and the layers after it.
  ///
  /// - Returns: what the head reads.
  public func record(
    _ stream: Tensor<Element>, through model: LanguageModel<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    precondition(pass.cache == nil, "a mixture of recursions does not decode with a cache")
    var stream = stream
    for index in 0..<block.lowerBound {
      stream = model.blocks[index].record(stream, in: pass, slot: index)
    }
    stream =
      routing.choosesTokens
      ? byChoiceOfTokens(stream, model, pass) : byChoiceOfDepth(stream, model, pass)
    for index in block.upperBound..<model.blocks.count {
      stream = model.blocks[index].record(stream, in: pass, slot: index)
    }
    return model.normalized(stream, on: pass.tape)
  }

  private func byChoiceOfTokens(
    _ stream: Tensor<Element>, _ model: LanguageModel<Element>, _ pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    var stream = stream
    var active: IndexTensor?
    for (index, router) in routers.enumerated() {
      let name = "recursion.router.\(index)"
      let scores = tape.part(name) { tape.linear(stream, weight: router) }
      let kept = tape.selectRows(
        pass.isTraining || routing.takesAll(pass: index)
          ? .greatest(scores, count: routing.capacity(of: pass.length, pass: index))
          : .above(scores, 0),
        sequences: pass.batch, among: active)
      let affinities = tape.sigmoid(scores)
      pass.routings[name] = Routing(
        affinities: affinities, chosen: kept.choices, weights: affinities)
      if pass.isTraining {
        addLosses(scores, kept, pass)
      }
      let input = tape.embedding(stream, kept.rows)
      let output = run(input, kept, model, pass, index)
      let update = routing.addsStream ? output : tape.add(output, tape.scale(input, by: -1))
      var weights: Tensor<Element>?
      if routing.isWeighted {
        weights = tape.embedding(tape.scale(affinities, by: routing.weightScale), kept.rows)
      }
      stream = tape.add(stream, rows: update, at: kept.rows, weights: weights)
      active = kept.labels
    }
    return stream
  }

  private func byChoiceOfDepth(
    _ stream: Tensor<Element>, _ model: LanguageModel<Element>, _ pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    let scores = tape.part("recursion.router.0") { tape.linear(stream, weight: routers[0]) }
    let affinities = tape.softmax(scores)
    let depths = tape.topIndices(affinities, 1)
    let weights = tape.gatherColumns(affinities, depths, 1)
    pass.routings["recursion.router.0"] = Routing(
      affinities: affinities, chosen: depths, weights: weights)
    if pass.isTraining {
      if routing.balanceCoefficient > 0 {
        pass.auxiliaryLosses.append(
          tape.balanceLoss(
            affinities, chosen: depths, choicesPerRow: 1, coefficient: routing.balanceCoefficient))
      }
      if routing.zLoss > 0 {
        let sums = tape.add(scores, tape.scale(tape.logSoftmax(scores), by: -1))
        addZLoss(tape.columns(sums, 0..<1), pass)
      }
    }
    var state = stream
    for index in 0..<routing.recursions {
      let kept = tape.selectRows(
        .atLeast(depths, Int32(index)), sequences: pass.batch)
      let output = run(tape.embedding(state, kept.rows), kept, model, pass, index)
      state = tape.replace(state, rows: output, at: kept.rows)
    }
    let update =
      routing.addsStream ? state : tape.add(state, tape.scale(stream, by: -1))
    return tape.add(stream, rows: update, weights: routing.isWeighted ? weights : nil)
  }

  /// Records the block over the rows of a selection, at their own positions.
  private func run(
    _ input: Tensor<Element>, _ kept: RowSelection, _ model: LanguageModel<Element>,
    _ pass: ForwardPass<Element>, _ index: Int
  ) -> Tensor<Element> {
    let inner = ForwardPass(
      within: pass, length: kept.capacity,
      positions: pass.tape.gather(pass.positions, at: kept.rows))
    var output = input
    for layer in block {
      output = model.blocks[layer].record(output, in: inner, slot: layer)
    }
    pass.absorb(inner, suffix: "pass.\(index)")
    return output
  }

  private func addLosses(
    _ scores: Tensor<Element>, _ kept: RowSelection, _ pass: ForwardPass<Element>
  ) {
    let tape = pass.tape
    if routing.selectionCoefficient > 0 {
      pass.auxiliaryLosses.append(
        tape.scale(
          tape.binaryCrossEntropy(scores, labels: kept.labels), by: routing.selectionCoefficient))
    }
    if routing.zLoss > 0 { addZLoss(scores, pass) }
  }

  /// The mean square of log-sum-exps, one a row.
  private func addZLoss(_ sums: Tensor<Element>, _ pass: ForwardPass<Element>) {
    pass.auxiliaryLosses.append(
      pass.tape.scale(pass.tape.squareSum(sums), by: routing.zLoss / Double(sums.rowCount)))
  }
}
