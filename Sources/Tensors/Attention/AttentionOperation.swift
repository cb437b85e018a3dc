internal import CKernels

/// Exact attention by tiles [203].
struct AttentionOperation<Element: TensorElement>: Operation {
  let queries: HeadColumns<Element>
  let keys: HeadColumns<Element>
  let values: HeadColumns<Element>
  let settings: AttentionSettings<Element>
  /// `[rows, H · valueWidth]`.
  let output: Tensor<Element>
  /// `[batch, H, queries]`.
  let logSumExp: Tensor<Element>
  /// Points into the tensors above, which live as long as this does.
  let description: akn_attention_t

  init(
    queries: HeadColumns<Element>, keys: HeadColumns<Element>,
    values: HeadColumns<Element>, settings: AttentionSettings<Element>,
    output: Tensor<Element>, logSumExp: Tensor<Element>
  ) {
    self.queries = queries
    self.keys = keys
    self.values = values
    self.settings = settings
    self.output = output
    self.logSumExp = logSumExp
    description = Self.describe(queries, keys, values, settings, output, logSumExp)
  }

  var name: String { "attention" }
  var outputs: [Tensor<Element>] { [output, logSumExp] }

  /// One query a sequence or few, as decoding has them, go another way than tiles of queries.
  private var decodes: Bool { description.queries == 1 && description.block_row == nil || isFew }

  /// Whether each query is decoded by itself, which has the bits of single steps.
  private var isFew: Bool {
    description.queries <= Self.fewQueries && description.queries > 1 && settings.offsets != nil
      && description.block_row == nil && description.first_key == nil && !output.requiresGradient
  }

  /// A tile of queries costs as much as this many single ones, however few it holds.
  private static var fewQueries: Int { 8 }

  /// Scratch of one item, a multiple of 64 bytes in elements.
  private var forwardSlot: Int {
    withUnsafePointer(to: description) {
      let count = decodes ? akn_attention_decode_scratch($0) : akn_attention_forward_scratch($0)
      return (count + 15) / 16 * 16
    }
  }

  private var backwardSlot: Int {
    withUnsafePointer(to: description) { (akn_attention_backward_scratch($0) + 15) / 16 * 16 }
  }

  /// Partial results of one query of every sequence.
  private var decodePartial: Int {
    decodes
      ? withUnsafePointer(to: description) { (akn_attention_decode_partial($0) + 15) / 16 * 16 } : 0
  }

  /// The log-sum-exps of one query of every sequence, where they have to be moved to their places.
  private var decodeSums: Int { isFew ? (settings.batch * settings.headCount + 15) / 16 * 16 : 0 }

  /// Elements of the partial sums of a backward pass: keys and values, bias, sink.
  private var partials: (keys: Int, bias: Int, sink: Int) {
    withUnsafePointer(to: description) {
      let items = akn_attention_backward_items($0)
      let group = settings.headCount / settings.keyValueHeadCount
      return (
        akn_attention_backward_partial($0),
        settings.bias.map { $0.requiresGradient ? items * group * $0.columnCount : 0 } ?? 0,
        settings.sinkScore.map { $0.requiresGradient ? items * group : 0 } ?? 0
      )
    }
  }

  var scratchBytes: Int {
    let forward =
      description.queries * decodePartial + decodeSums + Execution.slotCount * forwardSlot
    var backward = 0
    if output.requiresGradient {
      let partials = self.partials
      backward = Execution.slotCount * backwardSlot + partials.keys + partials.bias + partials.sink
      // Zeros in place of the output's gradient where only the log-sum-exp has one.
      backward += output.count
    }
    return max(forward, backward) * MemoryLayout<Element>.stride
  }

  /// Pairs of a query and a key that the pattern lets meet, over all heads and sequences.
  private var pairCount: Double {
    let (queries, keys) = (description.queries, description.keys)
    let sequences = Double(settings.batch)
    let band: (Int) -> Int
    switch settings.pattern {
    case .full: band = { _ in keys }
    case .causal: band = { min(max($0 + 1, 0), keys) }
    case .window(let width, let sinks):
      band = { position in
        let end = min(max(position + 1, 0), keys)
        return min(max(end - max(position + 1 - width, 0), 0) + sinks, end)
      }
    case .blocks(let list): return sequences * Double(list.pairCount)
    }
    let pairs = (0..<queries).reduce(0) { $0 + band(settings.offset + $1) }
    return sequences * Double(settings.headCount) * Double(pairs)
  }

  var cost: OperationCost {
    let (keyWidth, valueWidth) = (Double(settings.headWidth), Double(settings.valueWidth))
    let pairs = pairCount
    return OperationCost(
      forward: 2 * pairs * (keyWidth + valueWidth),
      backward: 2 * pairs * (3 * keyWidth + 2 * valueWidth))
  }

  func forward(_ run: Execution) {
    let scratch = run.scratch.assumingMemoryBound(to: Element.self)
    withUnsafePointer(to: description) { attention in
      guard decodes else {
        let items = akn_attention_forward_items(attention)
        run.deal(items, scratch, forwardSlot) { item, scratch in
          Element.attentionKernels.forward(attention, item, scratch)
        }
        return
      }
      if isFew { return forwardFew(run) }
      let items = akn_attention_decode_items(attention)
      let slots = scratch + decodePartial
      run.deal(items, slots, forwardSlot) { item, slot in
        Element.attentionKernels.decode(attention, item, scratch, slot)
      }
      for head in 0..<settings.batch * settings.keyValueHeadCount {
        Element.attentionKernels.decodeFinish(attention, head, scratch)
      }
    }
  }

  private func forwardFew(_ run: Execution) {
    let scratch = run.scratch.assumingMemoryBound(to: Element.self)
    let (count, heads) = (description.queries, settings.batch * settings.headCount)
    let sums = scratch + count * decodePartial
    let each = (0..<count).map { query($0) }
    each.withUnsafeBufferPointer { each in
      guard let first = each.baseAddress else { return }
      let items = akn_attention_decode_items(first)
      run.deal(count * items, sums + decodeSums, forwardSlot) { item, slot in
        let index = item / items
        Element.attentionKernels.decode(
          first + index, item % items, scratch + index * decodePartial, slot)
      }
      for index in 0..<count {
        var query = first[index]
        query.lse = UnsafeMutableRawPointer(sums)
        for head in 0..<settings.batch * settings.keyValueHeadCount {
          Element.attentionKernels.decodeFinish(&query, head, scratch + index * decodePartial)
        }
        guard case .softmax = settings.normalizer else { continue }
        for head in 0..<heads { logSumExp.values[head * count + index] = sums[head] }
      }
    }
  }

  /// What the kernels are told of one query of every sequence.
  private func query(_ index: Int) -> akn_attention_t {
    var a = description
    let size = MemoryLayout<Element>.stride
    a.queries = 1
    a.q += index * a.q_at.row * size
    a.o += index * a.o_at.row * size
    a.offset += Int64(index)
    a.query_scale = a.query_scale.map { $0 + index * a.query_scale_at.row * size }
    return a
  }

  func backward(_ run: Execution) {
    let scratch = run.scratch.assumingMemoryBound(to: Element.self)
    var free = scratch + Execution.slotCount * backwardSlot
    var gradients = akn_attention_gradients_t()
    if let gradient = output.gradient {
      gradients.d_o = UnsafeRawPointer(gradient)
    } else {
      free.update(repeating: 0, count: output.count)
      gradients.d_o = UnsafeRawPointer(free)
      free += output.count
    }
    gradients.d_o_at = description.o_at
    gradients.d_lse = logSumExp.gradient.map { UnsafeRawPointer($0) }
    place(&gradients)
    let partials = self.partials
    gradients.kv_partial = UnsafeMutableRawPointer(free)
    free += partials.keys
    if partials.bias > 0 {
      gradients.bias_partial = UnsafeMutableRawPointer(free)
      free += partials.bias
    }
    if partials.sink > 0 { gradients.sink_partial = UnsafeMutableRawPointer(free) }
    withUnsafePointer(to: description) { attention in
      withUnsafePointer(to: gradients) { gradients in
        let items = akn_attention_backward_items(attention)
        run.deal(items, scratch, backwardSlot) { item, scratch in
          Element.attentionKernels.backward(attention, gradients, item, scratch)
        }
        if partials.keys > 0 {
          run.pool.forEach(settings.batch * settings.keyValueHeadCount) { head in
            Element.attentionKernels.backwardFinish(attention, gradients, head)
          }
        }
        guard partials.bias + partials.sink > 0 else { return }
        let bias = settings.bias?.gradientDestination()
        let sink = settings.sinkScore?.gradientDestination()
        Element.attentionKernels.backwardSmall(
          attention, gradients, bias?.pointer, bias?.flag ?? 0, sink?.pointer,
          sink?.flag ?? 0)
      }
    }
  }

  /// Asks for the gradients of queries, keys and values, which may be columns of one matrix.
  private func place(_ gradients: inout akn_attention_gradients_t) {
    let (keyWidth, valueWidth) = (
      settings.keyValueHeadCount * settings.headWidth,
      settings.keyValueHeadCount * settings.valueWidth
    )
    let destinations = HeadColumns.gradientDestinations(of: [
      (queries, settings.headCount * settings.headWidth), (keys, keyWidth), (values, valueWidth),
    ])
    gradients.d_q = destinations[0].map { UnsafeMutableRawPointer($0.pointer) }
    gradients.d_k = destinations[1].map { UnsafeMutableRawPointer($0.pointer) }
    gradients.d_v = destinations[2].map { UnsafeMutableRawPointer($0.pointer) }
    gradients.accumulate_q = destinations[0]?.flag ?? 0
    gradients.accumulate_k = destinations[1]?.flag ?? 0
    gradients.accumulate_v = destinations[2]?.flag ?? 0
    (gradients.d_q_at, gradients.d_k_at, gradients.d_v_at) = (
      description.q_at, description.k_at, description.v_at
    )
    if let place = settings.temperature?.gradientDestination() {
      gradients.d_query_scale = UnsafeMutableRawPointer(place.pointer)
      gradients.accumulate_query_scale = place.flag
    }
  }
}

// What the kernels are told.
extension AttentionOperation {
  private static func describe(
    _ queries: HeadColumns<Element>, _ keys: HeadColumns<Element>,
    _ values: HeadColumns<Element>, _ settings: AttentionSettings<Element>,
    _ output: Tensor<Element>, _ logSumExp: Tensor<Element>
  ) -> akn_attention_t {
    var a = akn_attention_t()
    let batch = settings.batch
    a.batch = batch
    a.heads = settings.headCount
    a.kv_heads = settings.keyValueHeadCount
    a.queries = queries.tensor.rowCount / batch
    a.keys = keys.tensor.rowCount / batch
    a.head_dim = settings.headWidth
    a.value_dim = settings.valueWidth
    func strides(_ tensor: Tensor<Element>, _ head: Int) -> akn_attention_strides_t {
      let row = tensor.columnCount
      return akn_attention_strides_t(batch: tensor.rowCount / batch * row, row: row, head: head)
    }
    (a.q, a.k, a.v) = (queries.start, keys.start, values.start)
    a.o = UnsafeMutableRawPointer(output.values)
    a.lse = UnsafeMutableRawPointer(logSumExp.values)
    a.q_at = strides(queries.tensor, settings.headWidth)
    a.k_at = strides(keys.tensor, settings.headWidth)
    a.v_at = strides(values.tensor, settings.valueWidth)
    a.o_at = strides(output, settings.valueWidth)
    a.offset = Int64(settings.offset)
    a.offsets = settings.offsets.map { UnsafePointer($0.values) }
    a.key_begin = settings.keyBegins.map { UnsafePointer($0.values) }
    a.key_end = settings.keyEnds.map { UnsafePointer($0.values) }
    a.first_key = settings.firstKeys.map { UnsafePointer($0.values) }
    let unbounded = Int64(1) << 40  // AKN_ATTENTION_UNBOUNDED, whose cast Swift does not import
    (a.left, a.right, a.sink_keys) = (unbounded, 0, 0)
    switch settings.pattern {
    case .causal: break
    case .full: a.right = unbounded
    case .window(let width, let sinks):
      a.left = Int64(width - 1)
      a.sink_keys = Int64(sinks)
    case .blocks(let list):
      if !list.isCausal { a.right = unbounded }
      a.block_row = UnsafePointer(list.rows.baseAddress)
      a.block_key = UnsafePointer(list.keys.baseAddress)
      a.block_mask = UnsafePointer(list.masks.baseAddress)
      a.block_bits = UnsafePointer(list.bits.baseAddress)
    }
    switch settings.normalizer {
    case .softmax: a.normaliser = AKN_ATTENTION_SOFTMAX
    case .sigmoid(let bias):
      a.normaliser = AKN_ATTENTION_SIGMOID
      a.parameter = bias
    case .silu(let length):
      a.normaliser = AKN_ATTENTION_SILU
      a.parameter = 1 / length
    }
    a.scale = settings.scale
    a.softcap = settings.scoreCap ?? 0
    if let temperature = settings.temperature {
      a.query_scale = UnsafeRawPointer(temperature.values)
      a.query_scale_at = strides(temperature, 1)
    }
    if let bias = settings.bias {
      a.bias = UnsafeRawPointer(bias.values)
      a.bias_length = bias.columnCount
      a.bias_origin = Int64(settings.biasOrigin)
    }
    a.slopes = settings.slopes.map { UnsafeRawPointer($0.values) }
    a.sink_logits = settings.sinkScore.map { UnsafeRawPointer($0.values) }
    return a
  }
}
