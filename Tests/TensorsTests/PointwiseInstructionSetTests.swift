import CKernels
import Tensors
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The instruction set is a setting of the process, so it is lowered in processes of their own.
struct PointwiseInstructionSetTests {
  @Test func functionsNormsAndSoftmaxAgree() async {
    await #expect(processExitsWith: .success) {
      var random = TestRandom(seed: 5)
      let numbers = (0..<37 * 45).map { _ in Float(random.uniform(-6, 6)) }
      func results(_ highest: akn_isa_t) -> [Float] {
        akn_isa_limit(highest)
        let tape = Tape<Float>(pool: .inline)
        let x = tape.input([37, 45], requiresGradient: true)
        x.set(numbers)
        let targets = tape.indices([37])
        for row in 0..<37 { targets.values[row] = Int32(row) }
        var outputs = PointwiseFunction.allCases.map { tape.apply($0, to: x) }
        outputs += [tape.layerNorm(x), tape.rmsNorm(x), tape.softmax(x), tape.logSoftmax(x)]
        let loss = tape.crossEntropy(x, targets: targets, smoothing: 0.1, zLoss: 0.01).loss
        let total = outputs[1...].reduce(loss) { tape.add($0, tape.mean($1)) }
        tape.backward(from: total)
        return outputs.flatMap { $0.array } + x.gradientArray + [loss.values[0]]
      }
      let baseline = results(AKN_ISA_BASELINE)
      for isa in [AKN_ISA_AVX2, AKN_ISA_AVX512] {
        for (one, other) in zip(baseline, results(isa)) {
          let isClose = abs(one - other) <= 4e-6 * max(abs(one), 1)
          if !isClose { exit(EXIT_FAILURE) }
        }
      }
      exit(EXIT_SUCCESS)
    }
  }

  @Test func optimizersAgree() async {
    await #expect(processExitsWith: .success) {
      func results(_ highest: akn_isa_t) -> [Float] {
        akn_isa_limit(highest)
        var random = TestRandom(seed: 6)
        func numbers() -> [Float] { (0..<101).map { _ in Float(random.uniform(0, 1)) } }
        var (p, m, v) = (numbers(), numbers(), numbers())
        let g = numbers()
        akn_adamw_f32(101, &p, g, &m, &v, 0.01, 0.9, 0.99, 1e-8, 0.1, 3, 0.5)
        akn_lion_f32(101, &p, g, &m, 0.01, 0.9, 0.99, 0.1, 1)
        akn_sgd_f32(101, &p, g, &m, 0.01, 0.9, 1, 0.1, 0, 1)
        return p + m + v
      }
      let baseline = results(AKN_ISA_BASELINE)
      for isa in [AKN_ISA_AVX2, AKN_ISA_AVX512] {
        for (one, other) in zip(baseline, results(isa)) {
          let isClose = abs(one - other) <= 1e-6 * max(abs(one), 1)
          if !isClose { exit(EXIT_FAILURE) }
        }
      }
      exit(EXIT_SUCCESS)
    }
  }
}
