internal import Statistics

/// An endless sequence of independent windows of a language, named by a seed.
///
/// Window i depends on the seed and on i alone, so a stream resumes at any window at no cost and
/// can be dealt out to workers: worker w of n starts at window w with a stride of n. Take another
/// seed for validation.
public struct WindowStream: Sendable {
  /// The language.
  public let language: any SyntheticLanguage
  /// The seed.
  public let seed: UInt64
  /// The tokens of a window: its targets and one more.
  public let windowLength: Int
  /// The distance between successive windows of this stream.
  public let stride: Int
  /// The index of the window written next; set it to resume.
  public var nextWindow: Int

  /// Creates a stream.
  public init(
    _ language: any SyntheticLanguage, seed: UInt64, windowLength: Int, nextWindow: Int = 0,
    stride: Int = 1
  ) {
    precondition(windowLength > 1, "a window needs a target")
    precondition(stride > 0, "the stride must be positive")
    self.language = language
    self.seed = seed
    self.windowLength = windowLength
    self.nextWindow = nextWindow
    self.stride = stride
  }

  /// Fills the buffer, a multiple of the window's length, with the next windows: [windows,
  /// windowLength].
  public mutating func write(into tokens: UnsafeMutableBufferPointer<Int32>) {
    precondition(
      tokens.count.isMultiple(of: windowLength), "the buffer must hold a whole number of windows")
    let root = SplittableRandom(seed: seed)
    for start in Swift.stride(from: 0, to: tokens.count, by: windowLength) {
      let window = UnsafeMutableBufferPointer(rebasing: tokens[start..<start + windowLength])
      language.writeWindow(root.split(nextWindow), into: window)
      nextWindow += stride
    }
  }

  /// Writes the next windows, whole rows of T = `windowLength − 1` inputs and, shifted by one
  /// token, as many targets.
  public mutating func next(
    inputs: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>
  ) {
    let length = windowLength - 1
    precondition(
      inputs.count.isMultiple(of: length) && targets.count == inputs.count,
      "both buffers must hold the same whole number of rows of \(length) tokens")
    let root = SplittableRandom(seed: seed)
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: windowLength) { window in
      for start in Swift.stride(from: 0, to: inputs.count, by: length) {
        language.writeWindow(root.split(nextWindow), into: window)
        nextWindow += stride
        for offset in 0..<length {
          inputs[start + offset] = window[offset]
          targets[start + offset] = window[offset + 1]
        }
      }
    }
  }

  /// The next windows as arrays.
  public mutating func windows(_ count: Int) -> [[Int32]] {
    (0..<count).map { _ in
      defer { nextWindow += stride }
      return language.window(nextWindow, of: seed, tokens: windowLength)
    }
  }
}
