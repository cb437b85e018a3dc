extension Tape {
  /// A linear recurrence over a matrix state: linear attention, with or without decay, normaliser
  /// and delta rule [195] [206] [210].
  ///
  /// Work and memory are linear in the length unless the quadratic evaluator is asked for. The same
  /// bits come out for any number of threads.
  ///
  /// `queries` is `[batch · T, …]`, heads side by side from the operand's column on. Returns
  /// outputs `[rows, H · valueWidth]` and the states after the last token.
  public func linearRecurrence(
    queries: HeadColumns<Element>, keys: HeadColumns<Element>,
    values: HeadColumns<Element>, _ settings: LinearRecurrenceSettings<Element>
  ) -> (output: Tensor<Element>, state: Tensor<Element>) {
    check(queries: queries, keys: keys, values: values, settings)
    let inputs: [Tensor<Element>?] = [
      queries.tensor, keys.tensor, values.tensor, settings.headLogDecay, settings.logDecay,
      settings.writeStrength, settings.initialState,
    ]
    let rows = queries.tensor.rowCount
    let output = tensor([rows, settings.headCount * settings.valueWidth], dependingOn: inputs)
    let state = settings.stateDestination ?? tensor(settings.stateShape, dependingOn: inputs)
    let chunks = LinearRecurrenceOperation<Element>.chunkCount(rows / settings.batch)
    record(
      LinearRecurrenceOperation(
        queries: queries, keys: keys, values: values, settings: settings, output: output,
        state: state,
        // What only the backward pass reads.
        states: output.requiresGradient
          ? tensor([settings.batch, settings.headCount, chunks, state.count], dependingOn: [])
          : nil,
        denominators: tensor([rows, settings.headCount], dependingOn: [])))
    return (output, state)
  }

  private func check(
    queries: HeadColumns<Element>, keys: HeadColumns<Element>,
    values: HeadColumns<Element>, _ settings: LinearRecurrenceSettings<Element>
  ) {
    let (batch, heads) = (settings.batch, settings.headCount)
    precondition(
      batch > 0 && heads > 0 && settings.keyWidth > 0 && settings.valueWidth > 0,
      "\(batch) sequences of \(heads) heads of width \(settings.keyWidth)")
    let rows = queries.tensor.rowCount
    for (operand, width) in [
      (queries, settings.keyWidth), (keys, settings.keyWidth), (values, settings.valueWidth),
    ] {
      precondition(
        operand.column >= 0 && operand.column + heads * width <= operand.tensor.columnCount
          && operand.tensor.rowCount == rows && rows % batch == 0,
        "\(batch) sequences, columns \(operand.column)..<\(operand.column + heads * width) of a "
          + "tensor \(operand.tensor.shape)")
    }
    for (name, tensor, count) in [
      ("log decays of heads", settings.headLogDecay, heads),
      ("log decays", settings.logDecay, rows * heads),
      ("write strengths", settings.writeStrength, rows * heads),
      ("initial states", settings.initialState, settings.stateShape.reduce(1, *)),
      ("states", settings.stateDestination, settings.stateShape.reduce(1, *)),
    ] {
      precondition(tensor.map { $0.count == count } ?? true, "\(name): \(count) numbers needed")
    }
    precondition(
      !settings.usesDeltaRule
        || (settings.evaluator == .recurrent && settings.normalizerEpsilon == nil),
      "the delta rule is evaluated token by token and has no normaliser")
  }
}
