internal import CKernels

struct LinearRecurrenceOperation<Element: TensorElement>: Operation {
  let queries: HeadColumns<Element>
  let keys: HeadColumns<Element>
  let values: HeadColumns<Element>
  let settings: LinearRecurrenceSettings<Element>
  /// `[rows, H · valueWidth]`.
  let output: Tensor<Element>
  /// The states after the last token.
  let state: Tensor<Element>
  /// Points into the tensors above and into what they keep alive.
  let description: akn_recurrence_t
  private let kept: [Tensor<Element>?]

  static func chunkCount(_ length: Int) -> Int {
    (length + Int(AKN_RECURRENCE_CHUNK) - 1) / Int(AKN_RECURRENCE_CHUNK)
  }

  init(
    queries: HeadColumns<Element>, keys: HeadColumns<Element>,
    values: HeadColumns<Element>, settings: LinearRecurrenceSettings<Element>,
    output: Tensor<Element>, state: Tensor<Element>, states: Tensor<Element>?,
    denominators: Tensor<Element>
  ) {
    self.queries = queries
    self.keys = keys
    self.values = values
    self.settings = settings
    self.output = output
    self.state = state
    kept = [states, denominators]
    var a = akn_recurrence_t()
    let batch = settings.batch
    a.batch = batch
    a.heads = settings.headCount
    a.length = queries.tensor.rowCount / batch
    a.key_dim = settings.keyWidth
    a.value_dim = settings.valueWidth
    func strides(_ tensor: Tensor<Element>, _ head: Int) -> akn_recurrence_strides_t {
      let row = tensor.columnCount
      return akn_recurrence_strides_t(batch: tensor.rowCount / batch * row, row: row, head: head)
    }
    (a.q, a.k, a.v) = (queries.start, keys.start, values.start)
    a.o = UnsafeMutableRawPointer(output.values)
    a.q_at = strides(queries.tensor, settings.keyWidth)
    a.k_at = strides(keys.tensor, settings.keyWidth)
    a.v_at = strides(values.tensor, settings.valueWidth)
    a.o_at = strides(output, settings.valueWidth)
    let perHead = akn_recurrence_strides_t(
      batch: a.length * settings.headCount, row: settings.headCount, head: 1)
    (a.log_decay_at, a.beta_at) = (perHead, perHead)
    a.log_decay = settings.logDecay.map { UnsafeRawPointer($0.values) }
    a.head_log_decay = settings.headLogDecay.map { UnsafeRawPointer($0.values) }
    a.beta = settings.writeStrength.map { UnsafeRawPointer($0.values) }
    a.delta = settings.usesDeltaRule ? 1 : 0
    a.normalise = settings.normalizerEpsilon == nil ? 0 : 1
    a.epsilon = settings.normalizerEpsilon ?? 0
    a.initial = settings.initialState.map { UnsafeRawPointer($0.values) }
    a.final = UnsafeMutableRawPointer(state.values)
    a.states = states.map { UnsafeMutableRawPointer($0.values) }
    a.denominators = UnsafeMutableRawPointer(denominators.values)
    description = a
  }

  var name: String { "linear recurrence" }
  var outputs: [Tensor<Element>] {
    settings.stateDestination == nil ? [output, state] : [output]
  }

  private var slot: Int {
    withUnsafePointer(to: description) {
      let count =
        settings.evaluator == .recurrent
        ? akn_recurrence_recurrent_scratch($0) : akn_recurrence_scratch($0)
      return (count + 15) / 16 * 16
    }
  }

  private var itemCount: Int { settings.batch * settings.headCount }

  var scratchBytes: Int {
    (min(itemCount, Execution.slotCount) * slot + itemCount) * MemoryLayout<Element>.stride
  }

  var cost: OperationCost {
    let rows = Double(output.rowCount * settings.headCount)
    let (key, value) = (Double(settings.keyWidth), Double(settings.stateWidth))
    let length = Double(description.length)
    // Weights and their use for half the pairs; writing and reading a state.
    let pairs: Double
    switch settings.evaluator {
    case .quadratic: pairs = (length + 1) / 2
    case .chunked: pairs = (min(length, Double(AKN_RECURRENCE_CHUNK)) + 1) / 2
    case .recurrent: pairs = 0
    }
    let states = (settings.evaluator == .quadratic ? 0 : 4) + (settings.usesDeltaRule ? 2.0 : 0)
    let forward = rows * (2 * pairs * (key + value) + states * key * value)
    return OperationCost(forward: forward, backward: 2 * forward)
  }

  func forward(_ run: Execution) {
    let kernels = Element.recurrenceKernels
    deal(run) { recurrence, item, scratch in
      switch settings.evaluator {
      case .recurrent: kernels.recurrent(recurrence, item, scratch)
      case .chunked: kernels.chunked(recurrence, item, scratch)
      case .quadratic:
        kernels.quadratic(recurrence, item, scratch)
        // The states alone, which the weights of all pairs do not need.
        var states = recurrence.pointee
        states.o = nil
        kernels.chunked(&states, item, scratch)
      }
    }
  }

  func backward(_ run: Execution) {
    let kernels = Element.recurrenceKernels
    var gradients = akn_recurrence_gradients_t()
    let zeros: UnsafeMutablePointer<Element>? =
      output.gradient == nil ? .allocate(capacity: output.count) : nil
    zeros?.initialize(repeating: 0, count: output.count)
    defer { zeros?.deallocate() }
    gradients.d_o = UnsafeRawPointer(output.gradient ?? zeros)
    gradients.d_o_at = description.o_at
    if settings.stateDestination == nil {
      gradients.d_final = state.gradient.map { UnsafeRawPointer($0) }
    }
    place(&gradients)
    let sums =
      run.scratch.assumingMemoryBound(to: Element.self) + min(itemCount, Execution.slotCount) * slot
    gradients.d_head_log_decay = UnsafeMutableRawPointer(sums)
    withUnsafePointer(to: gradients) { gradients in
      deal(run) { recurrence, item, scratch in
        if settings.evaluator == .recurrent {
          kernels.recurrentBackward(recurrence, gradients, item, scratch)
        } else {
          kernels.chunkedBackward(recurrence, gradients, item, scratch)
        }
      }
    }
    if let place = settings.headLogDecay?.gradientDestination() {
      for head in 0..<settings.headCount {
        var sum: Element = place.accumulates ? place.pointer[head] : 0
        for sequence in 0..<settings.batch { sum += sums[sequence * settings.headCount + head] }
        place.pointer[head] = sum
      }
    }
  }

  private func deal(
    _ run: Execution,
    _ body: (UnsafePointer<akn_recurrence_t>, Int, UnsafeMutablePointer<Element>) -> Void
  ) {
    let scratch = run.scratch.assumingMemoryBound(to: Element.self)
    withUnsafePointer(to: description) { recurrence in
      run.deal(itemCount, scratch, slot) { body(recurrence, $0, $1) }
    }
  }

  private func place(_ gradients: inout akn_recurrence_gradients_t) {
    let (keyColumns, valueColumns) = (
      settings.headCount * settings.keyWidth, settings.headCount * settings.valueWidth
    )
    let places = HeadColumns.gradientDestinations(of: [
      (queries, keyColumns), (keys, keyColumns), (values, valueColumns),
    ])
    gradients.d_q = places[0].map { UnsafeMutableRawPointer($0.pointer) }
    gradients.d_k = places[1].map { UnsafeMutableRawPointer($0.pointer) }
    gradients.d_v = places[2].map { UnsafeMutableRawPointer($0.pointer) }
    gradients.accumulate_q = places[0]?.flag ?? 0
    gradients.accumulate_k = places[1]?.flag ?? 0
    gradients.accumulate_v = places[2]?.flag ?? 0
    (gradients.d_q_at, gradients.d_k_at, gradients.d_v_at) = (
      description.q_at, description.k_at, description.v_at
    )
    if let place = settings.logDecay?.gradientDestination() {
      gradients.d_log_decay = UnsafeMutableRawPointer(place.pointer)
      gradients.accumulate_log_decay = place.flag
    }
    if let place = settings.writeStrength?.gradientDestination() {
      gradients.d_beta = UnsafeMutableRawPointer(place.pointer)
      gradients.accumulate_beta = place.flag
    }
    if let place = settings.initialState?.gradientDestination() {
      gradients.d_initial = UnsafeMutableRawPointer(place.pointer)
      gradients.accumulate_initial = place.flag
    }
  }
}
