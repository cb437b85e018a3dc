/// What ``Tape/crossEntropy(_:targets:rowWeights:smoothing:zLoss:reusesLogits:)`` computes.
public struct CrossEntropyTerms<Element: TensorElement> {
  /// The mean cross-entropy plus the z-loss, one number.
  public let loss: Tensor<Element>
  /// The mean cross-entropy in nats alone, one number.
  public let crossEntropy: Tensor<Element>
  /// The cross-entropy of each row in nats; zero where there is no target. `[rows]`
  public let rowLosses: Tensor<Element>
}

extension Tape {
  /// The cross-entropy of softmax against target columns.
  ///
  /// `crossEntropy = Σ w_r (lse(x_r) − Σ_c q_c x_rc) / Σ w_r` over the rows with a target, where q
  /// puts 1 − smoothing on the target and smoothing / columns on every column, and
  /// `loss = crossEntropy + zLoss · Σ w_r lse(x_r)² / Σ w_r` [145]. Without any target both are
  /// zero.
  ///
  /// `logits` is `[rows, columns]`. `targets` has a column for each row, negative for rows that do
  /// not count. `rowWeights` is w, `[rows]`; nil for ones, and no gradient flows into them.
  /// `smoothing` is the share of the target distribution that all columns get. With `reusesLogits`
  /// the gradient of the logits is written over the logits, which saves the largest buffer of most
  /// models. The logits then hold their gradient from a backward pass to the next replay; turn it
  /// off if another operation's derivative needs the logits' values.
  public func crossEntropy(
    _ logits: Tensor<Element>, targets: IndexTensor, rowWeights: Tensor<Element>? = nil,
    smoothing: Double = 0, zLoss: Double = 0, reusesLogits: Bool = true
  ) -> CrossEntropyTerms<Element> {
    let rows = logits.rowCount
    precondition(
      targets.count == rows && rowWeights.map { $0.count == rows } ?? true,
      "\(targets.count) targets for \(rows) rows of logits")
    let terms = CrossEntropyTerms(
      loss: tensor([1], dependingOn: [logits]), crossEntropy: tensor([1], dependingOn: [logits]),
      rowLosses: tensor([rows], dependingOn: [logits]))
    func vector() -> UnsafeMutablePointer<Element> { arena.allocate(rows, of: Element.self) }
    record(
      CrossEntropy(
        logits: logits, targets: targets, rowWeights: rowWeights, smoothing: smoothing,
        zLoss: zLoss, reusesLogits: reusesLogits, terms: terms, greatest: vector(), rests: vector(),
        shares: vector(), factors: vector(), squareFactors: vector()))
    return terms
  }
}

/// Softmax and cross-entropy in one, with the gradient in the place of the logits.
private struct CrossEntropy<Element: TensorElement>: Operation {
  let logits: Tensor<Element>
  let targets: IndexTensor
  let rowWeights: Tensor<Element>?
  let smoothing: Double
  let zLoss: Double
  let reusesLogits: Bool
  let terms: CrossEntropyTerms<Element>
  /// The greatest logit of each row, and what its log-sum-exp has beyond it.
  let greatest: UnsafeMutablePointer<Element>
  let rests: UnsafeMutablePointer<Element>
  /// w_r / Σ w, zero for rows without a target.
  let shares: UnsafeMutablePointer<Element>
  /// The derivative of the loss by each row's cross-entropy and by each row's lse².
  let factors: UnsafeMutablePointer<Element>
  let squareFactors: UnsafeMutablePointer<Element>

  var name: String { "cross-entropy" }
  var outputs: [Tensor<Element>] { [terms.loss, terms.crossEntropy, terms.rowLosses] }
  var cost: OperationCost { .none }
  private var rows: Int { logits.rowCount }
  private var columns: Int { logits.columnCount }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func forward(_ run: Execution) {
    let (rows, columns) = (self.rows, self.columns)
    for target in targets.buffer {
      precondition(target < Int32(columns), "target \(target), but there are \(columns) columns")
    }
    run.forEachBlock(ofRows: rows, columns: columns) { row, count in
      Element.softmaxKernels.crossEntropyForward(
        count, columns, logits.values + row * columns, targets.values + row, smoothing,
        terms.rowLosses.values + row, greatest + row, rests + row)
    }
    var total = 0.0
    for row in 0..<rows where targets.values[row] >= 0 {
      total += Double(rowWeights?.values[row] ?? 1)
    }
    let scale = total == 0 ? 0 : 1 / total
    var sum = 0.0
    var squares = 0.0
    for row in 0..<rows {
      let counts = targets.values[row] >= 0
      let share = counts ? scale * Double(rowWeights?.values[row] ?? 1) : 0
      shares[row] = Element(share)
      // A row without weight must not spoil the sum with a value that is not finite.
      guard share != 0 else { continue }
      sum += share * Double(terms.rowLosses.values[row])
      let logSumExp = Double(greatest[row]) + Double(rests[row])
      squares += share * logSumExp * logSumExp
    }
    terms.crossEntropy.values[0] = Element(sum)
    terms.loss.values[0] = Element(zLoss == 0 ? sum : sum + zLoss * squares)
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func backward(_ run: Execution) {
    let (rows, columns) = (self.rows, self.columns)
    let ofLoss = terms.loss.gradient?.pointee ?? 0
    let ofMean = ofLoss + (terms.crossEntropy.gradient?.pointee ?? 0)
    let ofRows = terms.rowLosses.gradient
    for row in 0..<rows {
      factors[row] = ofMean * shares[row] + (ofRows?[row] ?? 0)
      squareFactors[row] = ofLoss * Element(zLoss) * shares[row]
    }
    if reusesLogits, logits.requiresGradient, !logits.isLeaf, !logits.retainsGradient,
      !logits.gradientIsWritten, logits.gradientBuffer == nil
    {
      logits.gradientBuffer = logits.values
    }
    guard let target = logits.gradientDestination() else { return }
    precondition(
      !(target.accumulates && target.pointer == logits.values),
      "two losses of the same logits: only the last recorded one may reuse them")
    run.forEachBlock(ofRows: rows, columns: columns) { row, count in
      let at = row * columns
      Element.softmaxKernels.crossEntropyBackward(
        count, columns, logits.values + at, targets.values + row, smoothing, greatest + row,
        rests + row,
        factors + row, zLoss == 0 ? nil : squareFactors + row, target.pointer + at, target.flag)
    }
  }
}
