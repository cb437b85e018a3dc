public import Tensors

/// Functions that look at activations, or put others in their place, at named sites of a model.
///
/// A site is a name such as `layers.3.attention.output`; ``LanguageModel/hookSites`` lists those of a
/// model. A hook is called once, while a pass is recorded, with the activation's tensor; what it
/// records on the tape runs at every replay. A site without a hook records nothing at all, so a model
/// without hooks computes the same bits as if hooks did not exist.
public struct Hooks<Element: TensorElement> {
  /// What is called at a site: it returns the activation itself or one to use instead.
  public typealias Hook = (Tensor<Element>, Tape<Element>) -> Tensor<Element>

  private var hooks: [String: [Hook]] = [:]

  /// No hooks.
  public init() {}

  /// Adds a hook that may replace an activation by another of the same shape.
  public mutating func replace(at site: String, _ hook: @escaping Hook) {
    hooks[site, default: []].append(hook)
  }

  /// Adds a hook that reads an activation at every run. `body` receives the elements in row-major
  /// order; it must not keep the buffer.
  public mutating func read(
    at site: String, _ body: @escaping (UnsafeBufferPointer<Element>) -> Void
  ) {
    replace(at: site) { tensor, tape in
      tape.record(Reading(tensor: tensor, body: body))
      return tensor
    }
  }

  /// Adds a hook that changes an activation at every run; the gradient passes as if it had not.
  public mutating func edit(
    at site: String, _ body: @escaping (UnsafeMutableBufferPointer<Element>) -> Void
  ) {
    replace(at: site) { tensor, tape in
      let edited = tape.tensor(tensor.shape, dependingOn: [tensor])
      return tape.record(Editing(input: tensor, edited: edited, body: body)).edited
    }
  }

  /// The sites that have hooks, in alphabetical order.
  public var sites: [String] { hooks.keys.sorted() }

  func apply(at site: String, to tensor: Tensor<Element>, on tape: Tape<Element>) -> Tensor<Element>
  {
    guard let hooks = hooks[site] else { return tensor }
    return hooks.reduce(tensor) { current, hook in
      let next = hook(current, tape)
      precondition(
        next.shape == tensor.shape,
        "the hook at \(site) returned \(next.shape) in place of \(tensor.shape)")
      return next
    }
  }
}

private struct Reading<Element: TensorElement>: Operation {
  var tensor: Tensor<Element>
  var body: (UnsafeBufferPointer<Element>) -> Void
  var name: String { "read" }
  var outputs: [Tensor<Element>] { [] }
  var cost: OperationCost { .none }
  func forward(_ run: Execution) { body(UnsafeBufferPointer(tensor.buffer)) }
  func backward(_ run: Execution) {}
}

/// Lets a function change a copy of an activation at every run.
private struct Editing<Element: TensorElement>: Operation {
  var input: Tensor<Element>
  var edited: Tensor<Element>
  var body: (UnsafeMutableBufferPointer<Element>) -> Void
  var name: String { "edit" }
  var outputs: [Tensor<Element>] { [edited] }
  var cost: OperationCost { .none }
  func forward(_ run: Execution) {
    edited.values.update(from: input.values, count: input.count)
    body(edited.buffer)
  }
  func backward(_ run: Execution) {
    input.inheritGradient(of: edited) { source, target, count in
      for index in 0..<count { target[index] += source[index] }
    }
  }
}
