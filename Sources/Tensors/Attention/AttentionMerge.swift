extension Tape {
  /// One attention from several of the same queries to different keys: `o = Σ_c w_c o_c` with
  /// `w = softmax_c(lse_c)`, which equals attention to all the keys at once. `parts` are outputs
  /// `[rows, H · width]` and log-sum-exps `[batch, H, queries]`. Returns the output and the
  /// log-sum-exp of the whole.
  public func mergeAttention(
    _ parts: [(output: Tensor<Element>, logSumExp: Tensor<Element>)]
  ) -> (output: Tensor<Element>, logSumExp: Tensor<Element>) {
    guard let first = parts.first else { preconditionFailure("nothing to merge") }
    let axes = first.logSumExp.shape
    precondition(
      axes.count == 3 && first.output.rowCount == axes[0] * axes[2]
        && first.output.columnCount % axes[1] == 0
        && parts.allSatisfy {
          $0.output.shape == first.output.shape && $0.logSumExp.shape == axes
        }, "parts of one attention have the same shape")
    let inputs = parts.flatMap { [$0.output, $0.logSumExp] }
    let operation = record(
      AttentionMerge(
        parts: parts, output: tensor(first.output.shape, dependingOn: inputs),
        logSumExp: tensor(axes, dependingOn: inputs)))
    return (operation.output, operation.logSumExp)
  }
}

private struct AttentionMerge<Element: TensorElement>: Operation {
  let parts: [(output: Tensor<Element>, logSumExp: Tensor<Element>)]
  let output: Tensor<Element>
  let logSumExp: Tensor<Element>

  var name: String { "merge attention" }
  var outputs: [Tensor<Element>] { [output, logSumExp] }
  var cost: OperationCost { .none }

  private var axes: (batch: Int, heads: Int, queries: Int, width: Int) {
    let axes = logSumExp.shape
    return (axes[0], axes[1], axes[2], output.columnCount / axes[1])
  }

  func forward(_ run: Execution) {
    let (batch, heads, queries, width) = axes
    Element.attentionKernels.merge(
      parts.count, batch, queries, heads, width,
      parts.map { UnsafePointer($0.output.values) },
      parts.map { UnsafePointer($0.logSumExp.values) }, output.values, logSumExp.values)
  }

  func backward(_ run: Execution) {
    let (batch, heads, queries, width) = axes
    for part in parts {
      let partOutput = part.output.gradientDestination()
      let partLogSumExp = part.logSumExp.gradientDestination()
      Element.attentionKernels.mergeBackward(
        batch, queries, heads, width, part.output.values, part.logSumExp.values, output.values,
        logSumExp.values, output.gradient.map { UnsafePointer($0) },
        logSumExp.gradient.map { UnsafePointer($0) }, partOutput?.pointer,
        partOutput?.flag ?? 0, partLogSumExp?.pointer,
        partLogSumExp?.flag ?? 0)
    }
  }
}
