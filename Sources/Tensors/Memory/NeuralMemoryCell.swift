/// Where the operands of one sequence and head begin, and how far apart their rows are.
struct NeuralMemoryInputs<Element: TensorElement> {
  var query: UnsafePointer<Element>
  var key: UnsafePointer<Element>
  var value: UnsafePointer<Element>
  var queryStride: Int
  var keyStride: Int
  var valueStride: Int
  var decay: UnsafePointer<Element>
  var momentum: UnsafePointer<Element>
  var step: UnsafePointer<Element>
  var rateStride: Int
}

/// Where the gradient of one operand goes for one sequence and head.
struct NeuralMemoryTarget<Element: TensorElement> {
  var pointer: UnsafeMutablePointer<Element>
  var stride: Int
  var accumulates: Bool

  @inline(__always)
  func put(_ row: Int, _ number: Element) {
    let place = pointer + row * stride
    place[0] = accumulates ? place[0] + number : number
  }

  /// `factor` times a vector, added or put.
  @inline(__always)
  func put(_ row: Int, _ count: Int, _ factor: Element, _ vector: UnsafePointer<Element>) {
    let place = pointer + row * stride
    if accumulates {
      for i in 0..<count { place[i] += factor * vector[i] }
    } else {
      for i in 0..<count { place[i] = factor * vector[i] }
    }
  }
}

/// Where the gradients of all operands go for one sequence and head; nil where none is wanted.
struct NeuralMemoryGradients<Element: TensorElement> {
  var query: NeuralMemoryTarget<Element>?
  var key: NeuralMemoryTarget<Element>?
  var value: NeuralMemoryTarget<Element>?
  var decay: NeuralMemoryTarget<Element>?
  var momentum: NeuralMemoryTarget<Element>?
  var step: NeuralMemoryTarget<Element>?
}

/// Reading and writing the memory of one sequence and head, token by token, and the reverse.
enum NeuralMemoryCell<Element: TensorElement> {
  typealias Numbers = UnsafeMutablePointer<Element>
  typealias Constants = UnsafePointer<Element>

  static func workspaceCount(_ shape: NeuralMemoryShape) -> Int {
    NeuralMemoryWorkspace<Element>.count(shape)
  }

  /// The learning rule over the tokens of one sequence. `memory` holds weights, momentum and the
  /// chunk's weights, `[3, P]`; moves on. `scratch` has ``workspaceCount(_:)`` numbers.
  /// `checkpoints` are weights and momentum before each segment, `[segments, 2, P]`; nil for none.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func forward(
    _ shape: NeuralMemoryShape, _ length: Int, _ offset: Int, _ chunk: Int, _ memory: Numbers,
    _ inputs: NeuralMemoryInputs<Element>, _ output: Numbers, _ outputStride: Int,
    _ scratch: Numbers, _ checkpoints: Numbers?, _ segment: Int
  ) {
    let count = shape.weightCount
    let model = NeuralMemoryModel(shape, scratch)
    let (weights, momentum, ofChunk) = (memory, memory + count, memory + 2 * count)
    for token in 0..<length {
      if (offset + token) % chunk == 0 { ofChunk.update(from: weights, count: count) }
      if let checkpoints, token % segment == 0 {
        (checkpoints + token / segment * 2 * count).update(from: memory, count: 2 * count)
      }
      let key = inputs.key + token * inputs.keyStride
      model.read(ofChunk, key)
      model.compare(inputs.value + token * inputs.valueStride)
      model.reverse(ofChunk)
      let rate = token * inputs.rateStride
      model.advance(
        key, from: weights, momentum, to: weights, momentum, decay: inputs.decay[rate],
        momentumRate: inputs.momentum[rate], step: inputs.step[rate])
      model.read(weights, inputs.query + token * inputs.queryStride)
      (output + token * outputStride).update(from: model.work.output, count: shape.width)
    }
  }

  /// The derivative of ``forward``, from the last token to the first. `scratch` holds weights and
  /// momentum of a segment, three more weights, and a workspace. `ofInitial` receives the gradient
  /// of the first weights, `[P]`.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func backward(
    _ shape: NeuralMemoryShape, _ length: Int, _ chunk: Int,
    _ inputs: NeuralMemoryInputs<Element>, _ gradient: Constants, _ gradientStride: Int,
    _ targets: NeuralMemoryGradients<Element>, _ checkpoints: Constants, _ segment: Int,
    _ scratch: Numbers, _ ofInitial: Numbers
  ) {
    let count = shape.weightCount
    let states = scratch
    let ofWeights = scratch + 2 * (segment + 1) * count
    let ofMomentum = ofWeights + count
    let ofChunk = ofMomentum + count
    ofWeights.update(repeating: 0, count: 3 * count)
    let model = NeuralMemoryModel(shape, ofChunk + count)
    for index in stride(from: (length - 1) / segment, through: 0, by: -1) {
      let first = index * segment
      let tokens = min(segment, length - first)
      states.update(from: checkpoints + index * 2 * count, count: 2 * count)
      for token in 0..<tokens {
        let (now, next) = (states + token * 2 * count, states + (token + 1) * 2 * count)
        let key = inputs.key + (first + token) * inputs.keyStride
        let start = states + token / chunk * chunk * 2 * count
        model.read(start, key)
        model.compare(inputs.value + (first + token) * inputs.valueStride)
        model.reverse(start)
        let rate = (first + token) * inputs.rateStride
        model.advance(
          key, from: now, now + count, to: next, next + count, decay: inputs.decay[rate],
          momentumRate: inputs.momentum[rate], step: inputs.step[rate])
      }
      for token in stride(from: tokens - 1, through: 0, by: -1) {
        let row = first + token
        let (now, next) = (states + token * 2 * count, states + (token + 1) * 2 * count)
        // y = M(q).
        let query = inputs.query + row * inputs.queryStride
        model.read(next, query)
        model.work.outputGradient.update(
          from: gradient + row * gradientStride, count: shape.width)
        model.reverse(next)
        model.addGradient(query, to: ofWeights)
        if let target = targets.query {
          model.inputGradient(next)
          target.put(row, shape.width, 1, model.work.inputGradient)
        }
        // M_t = (1 − α) M_{t−1} + S_t and S_t = η S_{t−1} − θ g.
        let rate = row * inputs.rateStride
        let step = inputs.step[rate]
        let (ofDecay, ofRate) = model.retreat(
          ofWeights, ofMomentum, from: now, now + count, decay: inputs.decay[rate])
        targets.decay?.put(row, ofDecay)
        targets.momentum?.put(row, ofRate)
        // g = ∇‖M_c(k) − v‖², along whose direction its own derivative is taken.
        let key = inputs.key + row * inputs.keyStride
        let start = states + token / chunk * chunk * 2 * count
        model.read(start, key)
        model.compare(inputs.value + row * inputs.valueStride)
        model.reverse(start)
        let along = model.differentiate(start, along: ofMomentum, key)
        targets.step?.put(row, -along)
        model.addTangent(key, times: -step, to: ofChunk)
        targets.key?.put(row, shape.width, -step, model.work.inputGradient)
        targets.value?.put(row, shape.width, step, model.work.outputGradientDot)
        let goesOn = inputs.momentum[rate]
        for i in 0..<count { ofMomentum[i] *= goesOn }
        if token % chunk == 0 {
          for i in 0..<count {
            ofWeights[i] += ofChunk[i]
            ofChunk[i] = 0
          }
        }
      }
    }
    ofInitial.update(from: ofWeights, count: count)
  }
}
