extension Tape {
  /// A long-term memory whose weights take gradient steps on `‖M(k_t) − v_t‖²` while the sequence
  /// is read, with momentum and decay [189]; outer gradients flow through all of the steps.
  ///
  /// `queries` is `[batch · T, …]`, heads of width d side by side from the operand's column on.
  /// `initial` has the weights before the first token, `[H] + shape` for each of the shape's
  /// weights. Returns what each query reads, `[rows, H · d]`.
  public func neuralMemory(
    queries: HeadColumns<Element>, keys: HeadColumns<Element>, values: HeadColumns<Element>,
    rates: NeuralMemoryRates<Element>, initial: [Tensor<Element>],
    _ settings: NeuralMemorySettings<Element>
  ) -> Tensor<Element> {
    let (heads, shape) = (settings.headCount, settings.shape)
    let rows = queries.tensor.rowCount
    precondition(
      settings.batch > 0 && heads > 0 && shape.width > 0 && settings.chunkLength > 0
        && rows % settings.batch == 0, "\(rows) rows of \(settings.batch) sequences")
    for operand in [queries, keys, values] {
      precondition(
        operand.column >= 0 && operand.tensor.rowCount == rows
          && operand.column + heads * shape.width <= operand.tensor.columnCount,
        "\(heads) heads of width \(shape.width) in a tensor \(operand.tensor.shape)")
    }
    for rate in [rates.decay, rates.momentum, rates.step] {
      precondition(rate.count == rows * heads, "rates need \(rows * heads) numbers")
    }
    precondition(
      initial.map(\.count) == shape.weightShapes.map { heads * $0.reduce(1, *) },
      "weights \(initial.map(\.shape)) of \(heads) heads of shapes \(shape.weightShapes)")
    precondition(
      settings.state == nil || !isDifferentiable, "state is kept by tapes for inference only")
    let output = tensor(
      [rows, heads * shape.width],
      dependingOn: [
        queries.tensor, keys.tensor, values.tensor, rates.decay, rates.momentum, rates.step,
      ] + initial)
    var operation = NeuralMemoryOperation(
      queries: queries, keys: keys, values: values, rates: rates, initial: initial,
      settings: settings, output: output)
    if output.requiresGradient {
      operation.checkpoints = tensor(
        [settings.batch * heads, operation.segmentCount, 2 * shape.weightCount], dependingOn: [])
    }
    return record(operation).output
  }
}

struct NeuralMemoryOperation<Element: TensorElement>: Operation {
  let queries: HeadColumns<Element>
  let keys: HeadColumns<Element>
  let values: HeadColumns<Element>
  let rates: NeuralMemoryRates<Element>
  let initial: [Tensor<Element>]
  let settings: NeuralMemorySettings<Element>
  let output: Tensor<Element>
  /// Weights and momentum before each segment, for the backward pass: `[items, segments, 2 P]`.
  var checkpoints: Tensor<Element>?

  var name: String { "neural memory" }
  var outputs: [Tensor<Element>] { [output] }
  private var length: Int { output.rowCount / settings.batch }
  private var itemCount: Int { settings.batch * settings.headCount }
  private var weightCount: Int { settings.shape.weightCount }

  /// Tokens between checkpoints: whole chunks, so that a segment begins with its chunk's weights.
  private var segmentLength: Int {
    let chunk = settings.chunkLength
    return min((16 + chunk - 1) / chunk * chunk, (length + chunk - 1) / chunk * chunk)
  }
  var segmentCount: Int { (length + segmentLength - 1) / segmentLength }

  private var forwardSlot: Int {
    3 * weightCount + NeuralMemoryCell<Element>.workspaceCount(settings.shape)
  }
  private var backwardSlot: Int {
    (2 * (segmentLength + 1) + 3) * weightCount
      + NeuralMemoryCell<Element>.workspaceCount(settings.shape)
  }

  var scratchBytes: Int {
    let slots = min(itemCount, Execution.slotCount)
    let backward = output.requiresGradient ? slots * backwardSlot + itemCount * weightCount : 0
    return max(slots * forwardSlot, backward) * MemoryLayout<Element>.stride
  }

  var cost: OperationCost {
    let forward =
      Double(output.rowCount * settings.headCount) * settings.shape.operationsPerToken
    // Once more to the states of a segment, the read's derivative, and the inner gradient's.
    return OperationCost(forward: forward, backward: 3 * forward)
  }

  func forward(_ run: Execution) {
    let (batchLength, chunk, count) = (length, settings.chunkLength, weightCount)
    let (segment, segments, columns) = (segmentLength, segmentCount, settings.shape.width)
    let slots = run.scratch.assumingMemoryBound(to: Element.self)
    run.deal(itemCount, slots, forwardSlot) { item, scratch in
      let (sequence, head) = item.quotientAndRemainder(dividingBy: settings.headCount)
      let offset = Int(settings.offsets?.values[sequence] ?? 0)
      let kept = settings.state.map {
        $0.tensor.values + sequence * $0.tensor.columnCount + $0.column
          + head * settings.shape.stateCount
      }
      let memory = scratch
      if let kept, offset > 0 {
        memory.update(from: kept, count: 3 * count)
      } else {
        loadInitial(head, into: memory)
        (memory + count).update(repeating: 0, count: count)
        (memory + 2 * count).update(from: memory, count: count)
      }
      NeuralMemoryCell.forward(
        settings.shape, batchLength, offset, chunk, memory,
        access(sequence, head),
        output.values + sequence * batchLength * output.columnCount
          + head * columns, output.columnCount, scratch + 3 * count,
        checkpoints.map { $0.values + item * segments * 2 * count }, segment)
      kept?.update(from: memory, count: 3 * count)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient, let checkpoints else { return }
    let (heads, width, count) = (settings.headCount, settings.shape.width, weightCount)
    let places = HeadColumns.gradientDestinations(
      of: [queries, keys, values].map { ($0, heads * width) })
    let ofRates = [rates.decay, rates.momentum, rates.step].map { $0.gradientDestination() }
    let slots = run.scratch.assumingMemoryBound(to: Element.self)
    let sums = slots + min(itemCount, Execution.slotCount) * backwardSlot
    run.deal(itemCount, slots, backwardSlot) { item, scratch in
      let (sequence, head) = item.quotientAndRemainder(dividingBy: heads)
      let row = sequence * length
      let strides = [queries, keys, values].map(\.tensor.columnCount)
      func vector(_ index: Int) -> NeuralMemoryTarget<Element>? {
        places[index].map {
          NeuralMemoryTarget(
            pointer: $0.pointer + row * strides[index] + head * width, stride: strides[index],
            accumulates: $0.accumulates)
        }
      }
      func rate(_ index: Int) -> NeuralMemoryTarget<Element>? {
        ofRates[index].map {
          NeuralMemoryTarget(
            pointer: $0.pointer + row * heads + head, stride: heads, accumulates: $0.accumulates)
        }
      }
      NeuralMemoryCell.backward(
        settings.shape, length, settings.chunkLength, access(sequence, head),
        gradient + row * output.columnCount + head * width, output.columnCount,
        NeuralMemoryGradients(
          query: vector(0), key: vector(1), value: vector(2), decay: rate(0), momentum: rate(1),
          step: rate(2)),
        checkpoints.values + item * segmentCount * 2 * count, segmentLength, scratch,
        sums + item * count)
    }
    addInitial(sums)
  }

  /// Adds the gradients of the first weights, sequence by sequence.
  private func addInitial(_ sums: UnsafePointer<Element>) {
    var start = 0
    for (tensor, shape) in zip(initial, settings.shape.weightShapes) {
      let part = shape.reduce(1, *)
      defer { start += part }
      guard let target = tensor.gradientDestination() else { continue }
      if !target.accumulates { target.pointer.update(repeating: 0, count: tensor.count) }
      for item in 0..<itemCount {
        Element.pointwiseKernels.scale(
          part, 1, sums + item * weightCount + start,
          target.pointer + item % settings.headCount * part, 1)
      }
    }
  }

  private func loadInitial(_ head: Int, into memory: UnsafeMutablePointer<Element>) {
    var start = 0
    for (tensor, shape) in zip(initial, settings.shape.weightShapes) {
      let part = shape.reduce(1, *)
      (memory + start).update(from: tensor.values + head * part, count: part)
      start += part
    }
  }

  private func access(_ sequence: Int, _ head: Int) -> NeuralMemoryInputs<Element> {
    let (row, heads, width) = (sequence * length, settings.headCount, settings.shape.width)
    func place(_ operand: HeadColumns<Element>) -> UnsafePointer<Element> {
      UnsafePointer(
        operand.tensor.values + row * operand.tensor.columnCount + operand.column + head * width)
    }
    return NeuralMemoryInputs(
      query: place(queries), key: place(keys), value: place(values),
      queryStride: queries.tensor.columnCount, keyStride: keys.tensor.columnCount,
      valueStride: values.tensor.columnCount,
      decay: UnsafePointer(rates.decay.values + row * heads + head),
      momentum: UnsafePointer(rates.momentum.values + row * heads + head),
      step: UnsafePointer(rates.step.values + row * heads + head), rateStride: heads)
  }
}
