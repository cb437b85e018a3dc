/// What an attention gives.
public struct AttentionResult<Element: TensorElement> {
  /// Σ_j w_ij v_j of all heads side by side, `[rows, H · valueWidth]`; 0 for a row without keys.
  public var output: Tensor<Element>
  /// log Σ_j exp(z_ij), `[batch, H, queries]`, with which partial attentions merge exactly; −∞ for a
  /// row without keys. Without meaning unless the weights are a softmax's.
  public var logSumExp: Tensor<Element>
  /// What computed it, asked for diagnostics.
  let operation: AttentionOperation<Element>

  /// What asked.
  public var queries: HeadColumns<Element> { operation.queries }
  /// What was asked for.
  public var keys: HeadColumns<Element> { operation.keys }
  /// Heads, scores, weights and pattern.
  public var settings: AttentionSettings<Element> { operation.settings }
}

extension Tape {
  /// Attention of queries to keys and values, exact, in memory linear in the number of rows.
  ///
  /// The three operands may be column ranges of one matrix, or of a cache with more rows than there
  /// are queries. The same bits come out for any number of threads, and a query's result does not
  /// depend on keys that it does not see, as long as they and their values are finite; what lies
  /// behind the end of a sequence's keys is never read.
  ///
  /// `queries` is `[batch · queries, …]`, heads side by side from the operand's column on. `keys`
  /// is `[batch · keys, …]`, or a cache `[batch, keys, …]`.
  public func attention(
    queries: HeadColumns<Element>, keys: HeadColumns<Element>,
    values: HeadColumns<Element>, _ settings: AttentionSettings<Element>
  ) -> AttentionResult<Element> {
    check(queries: queries, keys: keys, values: values, settings)
    let inputs: [Tensor<Element>?] = [
      queries.tensor, keys.tensor, values.tensor, settings.temperature, settings.bias,
      settings.sinkScore,
    ]
    let rows = queries.tensor.rowCount
    let output = tensor([rows, settings.headCount * settings.valueWidth], dependingOn: inputs)
    let logSumExp = tensor(
      [settings.batch, settings.headCount, rows / settings.batch], dependingOn: inputs)
    let operation = record(
      AttentionOperation(
        queries: queries, keys: keys, values: values, settings: settings, output: output,
        logSumExp: logSumExp))
    return AttentionResult(output: output, logSumExp: logSumExp, operation: operation)
  }

  /// Attention of sequences to themselves, from a projection that holds all of it.
  ///
  /// `projected` holds queries, keys and values side by side, `[batch · T, (H + 2·Hkv)·d]`. Values
  /// are as wide as queries, or the matrix that much narrower or wider.
  public func attention(
    _ projected: Tensor<Element>, _ settings: AttentionSettings<Element>
  ) -> AttentionResult<Element> {
    let keyColumn = settings.headCount * settings.headWidth
    let valueColumn = keyColumn + settings.keyValueHeadCount * settings.headWidth
    return attention(
      queries: HeadColumns(projected), keys: HeadColumns(projected, column: keyColumn),
      values: HeadColumns(projected, column: valueColumn), settings)
  }

  private func check(
    queries: HeadColumns<Element>, keys: HeadColumns<Element>,
    values: HeadColumns<Element>, _ settings: AttentionSettings<Element>
  ) {
    let (batch, heads) = (settings.batch, settings.headCount)
    let group = settings.keyValueHeadCount
    precondition(
      batch > 0 && heads > 0 && group > 0 && heads % group == 0 && settings.headWidth > 0
        && settings.valueWidth > 0,
      "\(heads) query heads in \(group) groups of width \(settings.headWidth)")
    for (operand, width) in [
      (queries, heads * settings.headWidth), (keys, group * settings.headWidth),
      (values, group * settings.valueWidth),
    ] {
      precondition(
        operand.column >= 0 && operand.column + width <= operand.tensor.columnCount
          && operand.tensor.rowCount % batch == 0,
        "\(batch) sequences, columns \(operand.column)..<\(operand.column + width) of a tensor "
          + "\(operand.tensor.shape)")
    }
    precondition(
      keys.tensor.rowCount == values.tensor.rowCount,
      "keys \(keys.tensor.shape) and values \(values.tensor.shape) differ in rows")
    let rows = queries.tensor.rowCount
    for (name, tensor, count) in [
      ("temperature", settings.temperature, rows * heads), ("slopes", settings.slopes, heads),
      ("sink score", settings.sinkScore, heads),
    ] {
      precondition(
        tensor.map { $0.count == count } ?? true, "\(name) needs \(count) numbers")
    }
    precondition(
      settings.bias.map { $0.rowCount == heads && $0.columnCount > 0 } ?? true,
      "a bias has a row a head")
    for (name, indices, count) in [
      ("offsets", settings.offsets, batch), ("key ends", settings.keyEnds, batch),
      ("key begins", settings.keyBegins, batch), ("first keys", settings.firstKeys, rows),
    ] {
      precondition(
        indices.map { $0.count == count } ?? true, "\(name) need \(count) integers")
    }
    switch settings.pattern {
    case .causal, .full: break
    case .window(let width, let sinks):
      precondition(width > 0 && sinks >= 0, "a window of \(width) keys and \(sinks) sinks")
    case .blocks(let list):
      precondition(
        list.headCount == heads && list.queryCount == rows / batch
          && list.keyCount == keys.tensor.rowCount / batch,
        "the block list is of \(list.headCount) heads, \(list.queryCount) queries and "
          + "\(list.keyCount) keys")
    }
    precondition(
      settings.sinkScore == nil || settings.normalizer == .softmax,
      "only a softmax has a denominator for a sink score")
  }
}
