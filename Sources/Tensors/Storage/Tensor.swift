/// A dense row-major array of numbers, together with the gradient of a loss with respect to it.
///
/// A tensor is a place, not a value: operations read and write its memory, and replaying a tape
/// fills the same places again. It belongs to the run that made it and does not cross threads.
public final class Tensor<Element: TensorElement> {
  /// The lengths of the axes, outermost first.
  public let shape: [Int]
  /// The number of elements.
  public let count: Int
  /// The elements in row-major order, aligned to 64 bytes.
  public let values: UnsafeMutablePointer<Element>
  /// Whether a gradient with respect to this tensor is wanted.
  public let requiresGradient: Bool
  /// Whether this is a parameter or an input that no operation computes. Gradients of leaves add up
  /// over backward passes until ``clearGradient()``.
  public let isLeaf: Bool
  /// Keeps the gradient's memory from being used again by gradients computed later in a pass.
  public var retainsGradient: Bool

  /// Where the gradient is, once a backward pass has computed one.
  var gradientBuffer: UnsafeMutablePointer<Element>?
  /// Whether the gradient buffer holds a gradient in this pass.
  var gradientIsWritten = false
  /// Whether the gradient's memory is this tensor's to give back.
  var ownsGradientBuffer = false
  private let arena: Arena
  private let gradients: GradientPool<Element>

  init(
    shape: [Int], values: UnsafeMutablePointer<Element>, requiresGradient: Bool, isLeaf: Bool,
    arena: Arena, gradients: GradientPool<Element>
  ) {
    precondition(shape.allSatisfy { $0 >= 0 }, "negative axis in \(shape)")
    self.shape = shape
    self.count = shape.reduce(1, *)
    self.values = values
    self.requiresGradient = requiresGradient
    self.isLeaf = isLeaf
    self.retainsGradient = isLeaf
    self.arena = arena
    self.gradients = gradients
  }

  /// A tensor with memory of its own in an arena: a parameter, or an input of a model.
  public convenience init(_ shape: [Int], in arena: Arena, requiresGradient: Bool = false) {
    let count = shape.reduce(1, *)
    self.init(
      shape: shape, values: arena.allocate(count, of: Element.self),
      requiresGradient: requiresGradient, isLeaf: true, arena: arena,
      gradients: GradientPool(arena: arena))
  }

  /// The elements as a buffer.
  public var buffer: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: values, count: count)
  }

  /// A copy of the elements.
  public var array: [Element] { Array(buffer) }

  /// The product of all axes but the last: rows of a matrix of features.
  public var rowCount: Int { shape.isEmpty ? 1 : shape.dropLast().reduce(1, *) }

  /// The length of the last axis.
  public var columnCount: Int { shape.last ?? 1 }
}

// Gradients.
extension Tensor {
  /// The gradient that the last backward pass left, or nil if the loss does not depend on this.
  public var gradient: UnsafeMutablePointer<Element>? {
    gradientIsWritten ? gradientBuffer : nil
  }

  /// A copy of the gradient; zeros if the loss does not depend on this tensor.
  public var gradientArray: [Element] {
    guard let gradient else { return [Element](repeating: 0, count: count) }
    return Array(UnsafeBufferPointer(start: gradient, count: count))
  }

  /// Where an operation's backward pass puts its share of this tensor's gradient.
  ///
  /// Asking marks the gradient as present, so an operation asks only when it is about to write.
  /// Returns nil if no gradient is wanted; otherwise the place, and whether to add to what is there
  /// or to overwrite it.
  public func gradientDestination() -> GradientDestination<Element>? {
    guard requiresGradient else { return nil }
    let buffer: UnsafeMutablePointer<Element>
    if let gradientBuffer {
      buffer = gradientBuffer
    } else {
      buffer = gradients.take(count)
      gradientBuffer = buffer
      ownsGradientBuffer = true
    }
    defer { gradientIsWritten = true }
    return GradientDestination(pointer: buffer, accumulates: gradientIsWritten)
  }

  /// Passes the gradient of `output` on to this tensor, which entered it by plain addition.
  ///
  /// Where this tensor has no gradient yet, the memory changes hands and nothing is copied. The
  /// operation therefore calls this last, when it no longer needs the output's gradient.
  ///
  /// The gradient of `output`, of as many elements, is complete. `add` adds the first argument's
  /// elements to the second's; the third is their number.
  public func inheritGradient(
    of output: Tensor,
    adding add: (UnsafePointer<Element>, UnsafeMutablePointer<Element>, Int) -> Void
  ) {
    guard requiresGradient, let source = output.gradient else { return }
    precondition(count == output.count, "gradients of \(shape) and \(output.shape) differ in size")
    if !gradientIsWritten, !isLeaf, !output.retainsGradient,
      gradientBuffer == nil || gradientBuffer == source
    {
      if gradientBuffer == nil {
        gradientBuffer = source
        ownsGradientBuffer = output.ownsGradientBuffer
        output.ownsGradientBuffer = false
      }
      gradientIsWritten = true
      return
    }
    guard let destination = gradientDestination() else { return }
    if destination.accumulates {
      add(source, destination.pointer, count)
    } else {
      destination.pointer.update(from: source, count: count)
    }
  }

  /// Forgets the gradient, so that the next backward pass starts a new one.
  public func clearGradient() { gradientIsWritten = false }

  /// Gives a tensor the memory for its gradient before any backward pass: a parameter's, so that
  /// gradients of parameters lie side by side.
  public func reserveGradient(in arena: Arena) {
    precondition(isLeaf && gradientBuffer == nil, "only a leaf without gradient takes memory")
    gradientBuffer = arena.allocate(count, of: Element.self)
  }

  /// Gives the gradient's memory back once the operation that made this tensor has read it.
  func releaseGradient() {
    guard ownsGradientBuffer, !retainsGradient, let gradientBuffer else { return }
    ownsGradientBuffer = false
    gradients.give(gradientBuffer, count)
  }
}

/// The place of a gradient, and what is there already.
public struct GradientDestination<Element: TensorElement> {
  /// As many elements as the tensor has.
  public let pointer: UnsafeMutablePointer<Element>
  /// Whether to add to the elements there; otherwise they are meaningless and get overwritten.
  public let accumulates: Bool

  /// Whether to add, as the kernels take it.
  var flag: Int32 { accumulates ? 1 : 0 }

  /// The place from an element on.
  func from(_ index: Int) -> Self {
    GradientDestination(pointer: pointer + index, accumulates: accumulates)
  }

  /// Adds a share to the gradient of one element, or puts it there.
  @inline(__always)
  func put(_ share: Element, at index: Int) {
    pointer[index] = accumulates ? pointer[index] + share : share
  }
}

/// Memory for gradients of intermediate tensors, used again as soon as a gradient has been read.
final class GradientPool<Element: TensorElement> {
  private let arena: Arena
  private var free: [Int: [UnsafeMutablePointer<Element>]] = [:]

  init(arena: Arena) { self.arena = arena }

  func take(_ count: Int) -> UnsafeMutablePointer<Element> {
    free[count]?.popLast() ?? arena.allocate(count, of: Element.self)
  }

  func give(_ pointer: UnsafeMutablePointer<Element>, _ count: Int) {
    free[count, default: []].append(pointer)
  }
}
