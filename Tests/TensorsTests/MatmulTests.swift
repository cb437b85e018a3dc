import CKernels
import Tensors
import Testing

/// Linear maps and batches of products: values against the triple loop, and the same bits however
/// many threads there are.
struct MatmulTests {
  @Test(arguments: [1, 3, 16, 17, 130], [false, true])
  func linearMatchesTripleLoop(rows: Int, isTransposed: Bool) {
    for differentiable in [true, false] {
      let (inputs, outputs) = (37, 70)
      let tape = Tape<Float>(pool: ThreadPool(threads: 2), isDifferentiable: differentiable)
      var numbers = TestRandom(seed: 3)
      let x = numbers.fill(tape.input([rows, inputs]))
      let w = numbers.fill(
        tape.input(isTransposed ? [outputs, inputs] : [inputs, outputs], requiresGradient: true))
      let b = numbers.fill(tape.input([outputs]))
      let r = numbers.fill(tape.input([rows, outputs]))
      let y = tape.linear(x, weight: w, isTransposed: isTransposed, bias: b, residual: r)
      let plain = MatmulMatrix.product(
        MatmulMatrix(values: x.array.map { Double($0) }, stride: inputs),
        MatmulMatrix(
          values: w.array.map { Double($0) }, stride: isTransposed ? inputs : outputs,
          isTransposed: isTransposed), rows: rows, columns: outputs, depth: inputs)
      let expected = plain.enumerated().map {
        $1 + Double(b.values[$0 % outputs]) + Double(r.values[$0])
      }
      #expect(y.shape == [rows, outputs])
      #expect(matmulDifference(y.array, expected) < 2e-5)
      // Replays see new inputs.
      for index in 0..<x.count { x.values[index] *= 2 }
      tape.replay()
      let doubled = zip(expected, plain).map { $0 + $1 }
      #expect(matmulDifference(y.array, doubled) < 4e-5)
    }
  }

  /// Values at −1.5, −0.3, 0.2 and 2 by JAX 0.10.2 in float64: `jax.nn.gelu(x, approximate=False)`
  /// and `=True`, `jax.nn.silu`, `jax.nn.relu` and its square.
  @Test(arguments: [
    (PointwiseFunction.identity, [-1.5, -0.3, 0.2, 2]),
    (.gelu, [-0.100210801903287, -0.114626573343314, 0.115851941887821, 1.95449973610364]),
    (.geluTanh, [-0.100428423019767, -0.114629076457241, 0.115851429782106, 1.95459769408777]),
    (.silu, [-0.273638285709535, -0.127667244956502, 0.109966799462496, 1.76159415595576]),
    (.relu, [0, 0, 0.2, 2]),
    (.reluSquared, [0, 0, 0.04, 4]),
  ])
  func activationsFollowTheProduct(activation: PointwiseFunction, expected: [Double]) {
    let tape = Tape<Double>(pool: .inline)
    let x = tape.input([4, 1])
    _ = x.buffer.update(fromContentsOf: [-1.5, -0.3, 0.2, 2])
    let w = tape.input([1, 1], requiresGradient: true)
    w.values[0] = 1
    let r = tape.input([4, 1])
    _ = r.buffer.update(fromContentsOf: [10, 20, 30, 40])
    let y = tape.linear(x, weight: w, activation: activation)
    #expect(matmulDifference(y.array, expected) < 1e-14)
    let z = tape.linear(x, weight: w, activation: activation, residual: r)
    #expect(matmulDifference(zip(z.array, r.array).map { $0 - $1 }, expected) < 1e-13)
  }

  @Test(arguments: [false, true], [false, true])
  func batchesMatchTripleLoop(leftIsTransposed: Bool, rightIsTransposed: Bool) {
    for (batch, m, n, k) in [(1, 5, 7, 9), (3, 1, 40, 33), (20, 17, 8, 64), (2, 300, 290, 300)] {
      let tape = Tape<Double>(pool: ThreadPool(threads: 2))
      var numbers = TestRandom(seed: 5)
      let a = numbers.fill(tape.input(leftIsTransposed ? [batch, k, m] : [batch, m, k]))
      let b = numbers.fill(tape.input(rightIsTransposed ? [batch, n, k] : [batch, k, n]))
      let c = tape.matmul(
        a, b, leftIsTransposed: leftIsTransposed, rightIsTransposed: rightIsTransposed)
      #expect(c.shape == [batch, m, n])
      for index in [0, batch - 1] {
        let plain = MatmulMatrix.product(
          MatmulMatrix(
            values: Array(a.array[index * m * k..<(index + 1) * m * k]), stride: a.shape[2],
            isTransposed: leftIsTransposed),
          MatmulMatrix(
            values: Array(b.array[index * n * k..<(index + 1) * n * k]), stride: b.shape[2],
            isTransposed: rightIsTransposed), rows: m, columns: n, depth: k)
        let part = Array(c.array[index * m * n..<(index + 1) * m * n])
        #expect(matmulDifference(part, plain) < 1e-12)
      }
    }
  }

  /// Every sum has one order, which the way the work is cut does not change.
  @Test func threadsDoNotChangeBits() {
    var first: [[Float]]?
    for threads in [1, 2, 3] {
      let tape = Tape<Float>(pool: ThreadPool(threads: threads))
      var numbers = TestRandom(seed: 11)
      let x = numbers.fill(tape.input([300, 150], requiresGradient: true))
      let w = numbers.fill(tape.input([150, 310], requiresGradient: true))
      let b = numbers.fill(tape.input([310], requiresGradient: true))
      let weights = numbers.fill(tape.input([300, 310]))
      let y = tape.linear(x, weight: w, bias: b, activation: .geluTanh)
      let loss = tape.sum(tape.multiply(y, weights))
      tape.backward(from: loss)
      let all = [y.array, x.gradientArray, w.gradientArray, b.gradientArray]
      if let first { #expect(all == first) } else { first = all }
    }
  }

  /// A row alone, with a weight that was packed once, has the bits that it has among many.
  @Test func decodingHasTheBitsOfTheWholeSequence() {
    var numbers = TestRandom(seed: 17)
    let whole = Tape<Float>(pool: .inline)
    let x = numbers.fill(whole.input([120, 300]))
    let w = numbers.fill(whole.input([300, 200], requiresGradient: true))
    let b = numbers.fill(whole.input([200]))
    let y = whole.linear(x, weight: w, bias: b)
    for rows in [1, 2, 3, 7, 16] {
      let tape = Tape<Float>(
        pool: ThreadPool(threads: 2), isDifferentiable: false, holdsWeightsFixed: true)
      let few = tape.input([rows, 300])
      _ = few.buffer.update(fromContentsOf: x.buffer.suffix(rows * 300))
      let part = tape.linear(few, weight: w, bias: b)
      #expect(part.array == Array(y.array.suffix(rows * 200)))
    }
  }

  /// A depth beyond what is packed at once, for rows and for columns.
  @Test(arguments: [(70, 65, 33_100), (65, 70, 33_100)])
  func deepProductsMatchTripleLoop(rows: Int, columns: Int, depth: Int) {
    var numbers = TestRandom(seed: 19)
    let tape = Tape<Double>(pool: ThreadPool(threads: 2))
    let x = numbers.fill(tape.input([rows, depth]))
    let w = numbers.fill(tape.input([depth, columns]))
    let y = tape.linear(x, weight: w)
    let plain = MatmulMatrix.product(
      MatmulMatrix(values: x.array, stride: depth),
      MatmulMatrix(values: w.array, stride: columns), rows: rows, columns: columns, depth: depth)
    #expect(matmulDifference(y.array, plain) < 1e-10)
  }

  /// The cut calls of the platform's BLAS, which processors without kernels of their own use.
  @Test func platformLibraryMatchesKernels() async {
    await #expect(processExitsWith: .success) {
      func results(_ level: akn_isa_t, _ threads: Int) -> [[Float]] {
        akn_isa_limit(level)
        var numbers = TestRandom(seed: 23)
        let tape = Tape<Float>(pool: ThreadPool(threads: threads))
        let x = numbers.fill(tape.input([300, 70], requiresGradient: true))
        let w = numbers.fill(tape.input([1100, 70], requiresGradient: true))
        let b = numbers.fill(tape.input([1100]))
        let r = numbers.fill(tape.input([300, 1100]))
        let y = tape.linear(
          x, weight: w, isTransposed: true, bias: b, activation: .silu, residual: r)
        let z = tape.linear(x, weight: w, isTransposed: true, bias: b, residual: r)
        tape.backward(from: tape.mean(tape.add(y, z)))
        return [y.array, z.array, x.gradientArray, w.gradientArray]
      }
      let library = results(AKN_ISA_BASELINE, 1)
      #expect(results(AKN_ISA_BASELINE, 3) == library)
      for (one, other) in zip(library, results(AKN_ISA_AVX512, 2)) {
        #expect(matmulDifference(one, other.map { Double($0) }) < 2e-5)
      }
    }
  }
}
