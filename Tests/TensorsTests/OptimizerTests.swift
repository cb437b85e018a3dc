import Tensors
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Steps of optimisers against PyTorch 2.13 in float64: parameters [1, -2, 0.5] after three steps with
/// gradients sin(i + 1.5 t), lr 0.05, weight decay 0.1 where there is any.
struct OptimizerTests {
  private let kernels = Double.optimizerKernels

  private func run(
    _ step: (_ time: Int, UnsafeMutablePointer<Double>, UnsafePointer<Double>) -> Void
  ) -> [Double] {
    var parameters = [1, -2, 0.5]
    for time in 1...3 {
      let gradients = (0..<3).map { sin(Double($0) + 1.5 * Double(time)) }
      step(time, &parameters, gradients)
    }
    return parameters
  }

  private func expect(
    _ parameters: [Double], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (one, other) in zip(parameters, expected) {
      #expect(abs(one - other) < 1e-14, sourceLocation: sourceLocation)
    }
  }

  @Test func adamWIsThatOfPyTorch() {
    var (m, v) = ([0.0, 0, 0], [0.0, 0, 0])
    let parameters = run { time, p, g in
      // Clipping's factor multiplies the gradient: half of twice as much.
      let twice = (0..<3).map { 2 * g[$0] }
      kernels.adamw(3, p, twice, &m, &v, 0.05, 0.9, 0.95, 1e-3, 0.1, time, 0.5)
    }
    expect(
      parameters,
      [0.8979810381414581, -1.9872127128859134, 0.6161724010740961])
  }

  @Test func momentumIsThatOfPyTorch() {
    var buffer = [0.0, 0, 0]
    expect(
      run { _, p, g in kernels.sgd(3, p, g, &buffer, 0.05, 0.9, 1, 0.1, 0, 1) },
      [0.8650130391421499, -1.852685280252829, 0.6481004246123708])
    buffer = [0, 0, 0]
    expect(
      run { _, p, g in kernels.sgd(3, p, g, &buffer, 0.05, 0.9, 0, 0.1, 0, 1) },
      [0.8733610628032736, -1.9176808723704217, 0.6133353348846147])
    expect(
      run { _, p, g in kernels.sgd(3, p, g, nil, 0.05, 0, 0, 0, 0, 1) },
      [0.9919457561500588, -1.9568064661612818, 0.5547293757132471])
  }

  @Test func decoupledDecayShrinksAlone() {
    let parameters = run { _, p, _ in
      kernels.sgd(3, p, [0, 0, 0], nil, 0.05, 0, 0, 0.1, 1, 1)
    }
    expect(parameters, [1, -2, 0.5].map { $0 * pow(0.995, 3) })
  }

  @Test func lionStepsBySigns() {
    var m = [0.0, 0, 0]
    let parameters = run { _, p, g in kernels.lion(3, p, g, &m, 0.05, 0.9, 0.99, 0.1, 1) }
    // The paper's algorithm 2 (Chen et al. 2023), one element at a time.
    for index in 0..<3 {
      var (p, moment) = ([1, -2, 0.5][index], 0.0)
      for time in 1...3 {
        let g = sin(Double(index) + 1.5 * Double(time))
        let update = 0.9 * moment + 0.1 * g
        p -= 0.05 * ((update > 0 ? 1 : -1) + 0.1 * p)
        moment = 0.99 * moment + 0.01 * g
      }
      #expect(abs(parameters[index] - p) < 1e-14)
    }
  }

  @Test func muonsMomentumIsAnAverage() {
    var (buffer, update) = ([1.0, 2], [0.0, 0])
    kernels.momentum(2, [3, -4], &buffer, &update, 0.75, 0, 2)
    #expect(buffer == [2.25, -0.5] && update == buffer)
    buffer = [1, 2]
    kernels.momentum(2, [3, -4], &buffer, &update, 0.75, 1, 2)
    #expect(update == [0.75 * 2.25 + 0.25 * 6, 0.75 * -0.5 - 0.25 * 8])
    var parameters = [1.0, 2]
    kernels.shrinkAdd(2, &parameters, 0.5, -2, [1, 3])
    #expect(parameters == [-1.5, -5])
  }

  @Test func piecesGiveTheBitsOfTheWhole() {
    var random = TestRandom(seed: 17)
    func numbers() -> [Float] { (0..<1_003).map { _ in Float(random.uniform(0, 1)) } }
    let (p, g, m, v) = (numbers(), numbers(), numbers(), numbers())
    func step(_ cuts: [Int]) -> [Float] {
      var (p, m, v) = (p, m, v)
      p.withUnsafeMutableBufferPointer { p in
        m.withUnsafeMutableBufferPointer { m in
          v.withUnsafeMutableBufferPointer { v in
            g.withUnsafeBufferPointer { g in
              guard let (p, m, v, g) = bases(p, m, v, g) else { return }
              for (begin, end) in zip(cuts, cuts.dropFirst()) {
                Float.optimizerKernels.adamw(
                  end - begin, p + begin, g + begin, m + begin, v + begin, 0.01, 0.9, 0.999, 1e-8,
                  0.1, 5, 0.7)
              }
            }
          }
        }
      }
      return p + m + v
    }
    #expect(step([0, 1_003]) == step([0, 1, 18, 500, 1_003]))
  }

  private func bases(
    _ p: UnsafeMutableBufferPointer<Float>, _ m: UnsafeMutableBufferPointer<Float>,
    _ v: UnsafeMutableBufferPointer<Float>, _ g: UnsafeBufferPointer<Float>
  ) -> (
    UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>,
    UnsafePointer<Float>
  )? {
    guard let p = p.baseAddress, let m = m.baseAddress, let v = v.baseAddress,
      let g = g.baseAddress
    else { return nil }
    return (p, m, v, g)
  }
}
