import CKernels
import Testing

/// The packed kernels against the plain triple loop in double precision.
///
/// The limit of the instruction set holds for a whole process: each level has one of its own.
struct MatmulKernelTests {
  @Test func baselineMatchesTripleLoop() async {
    await #expect(processExitsWith: .success) { check(AKN_ISA_BASELINE) }
  }

  @Test func avx2MatchesTripleLoop() async {
    await #expect(processExitsWith: .success) { check(AKN_ISA_AVX2) }
  }

  @Test func avx512MatchesTripleLoop() async {
    await #expect(processExitsWith: .success) { check(AKN_ISA_AVX512) }
  }

  @Test func emptyDepthLeavesWhatIsAdded() {
    var c: [Double] = [7, 7, 7, 7]
    akn_gemm_rows_f64(2, 2, 0, [0], 1, 0, [0], &c, 2, [1, 2], [10, 20, 30, 40], 2)
    #expect(c == [11, 22, 31, 42])
    c = [7, 7, 7, 7]
    akn_gemm_columns_f64(2, 2, 0, [0], [0], 1, 0, &c, 2, nil, nil, 0)
    #expect(c == [0, 0, 0, 0])
  }
}

/// What is added to a product in a check.
private enum Addend: CaseIterable { case nothing, itself, other }

/// One product, with room around its matrices that must stay as it is.
private struct Product {
  var rows, columns, depth: Int
  var leftIsTransposed, rightIsTransposed, packsRight, hasBias: Bool
  var addend: Addend
}

private func check(_ level: akn_isa_t) {
  akn_isa_limit(level)
  let sizes = [
    (1, 1, 1), (1, 300, 40), (2, 65, 300), (3, 64, 17), (4, 33, 5), (5, 129, 257), (12, 32, 256),
    (13, 31, 255), (16, 100, 600), (17, 1, 9), (95, 40, 33), (97, 70, 513), (200, 16, 64),
  ]
  for (index, size) in sizes.enumerated() {
    for choice in 0..<16 {
      let product = Product(
        rows: size.0, columns: size.1, depth: size.2, leftIsTransposed: choice & 1 != 0,
        rightIsTransposed: choice & 2 != 0, packsRight: choice & 4 != 0, hasBias: choice & 8 != 0,
        addend: Addend.allCases[(index + choice) % 3])
      let single = error(product, Float.self, padding: (index + choice) % 4)
      #expect(single < 1e-4, "\(product)")
      let double = error(product, Double.self, padding: (index + choice) % 4)
      #expect(double < 2e-13, "\(product)")
    }
  }
  // A stride that makes rows collide in the cache takes another way.
  let wide = Product(
    rows: 30, columns: 70, depth: 300, leftIsTransposed: false, rightIsTransposed: false,
    packsRight: true, hasBias: false, addend: .nothing)
  #expect(error(wide, Float.self, padding: 212) < 1e-4)
  #expect(error(wide, Double.self, padding: 212) < 2e-13)
}

private func error<Element: Kernels>(
  _ p: Product, _ type: Element.Type, padding: Int
) -> Double {
  var numbers = TestRandom(seed: UInt64(p.rows * 31 + p.columns * 7 + p.depth))
  let lda = (p.leftIsTransposed ? p.rows : p.depth) + padding
  let ldb = (p.rightIsTransposed ? p.depth : p.columns) + padding
  let ldc = p.columns + padding
  let a: [Element] = numbers.array(lda * (p.leftIsTransposed ? p.depth : p.rows))
  let b: [Element] = numbers.array(ldb * (p.rightIsTransposed ? p.columns : p.depth))
  let bias: [Element] = numbers.array(p.columns)
  let other: [Element] = numbers.array(ldc * p.rows)
  let before: [Element] = numbers.array(ldc * p.rows)
  var expected = before.map { Double($0) }
  let plain = MatmulMatrix.product(
    MatmulMatrix(values: a.map { Double($0) }, stride: lda, isTransposed: p.leftIsTransposed),
    MatmulMatrix(values: b.map { Double($0) }, stride: ldb, isTransposed: p.rightIsTransposed),
    rows: p.rows, columns: p.columns, depth: p.depth)
  for i in 0..<p.rows {
    for j in 0..<p.columns {
      let place = i * ldc + j
      var sum = plain[i * p.columns + j] + (p.hasBias ? Double(bias[j]) : 0)
      switch p.addend {
      case .nothing: break
      case .itself: sum += Double(before[place])
      case .other: sum += Double(other[place])
      }
      expected[place] = sum
    }
  }
  var c = before
  var packed = [Element](repeating: .nan, count: p.depth * (max(p.rows, p.columns) + 32))
  c.withUnsafeMutableBufferPointer { c in
    guard let output = c.baseAddress else { return }
    bias.withUnsafeBufferPointer { bias in
      other.withUnsafeBufferPointer { other in
        let added: UnsafePointer<Element>? =
          switch p.addend {
          case .nothing: nil
          case .itself: UnsafePointer(output)
          case .other: other.baseAddress
          }
        Element.multiply(
          p, a, lda, b, ldb, output, ldc, p.hasBias ? bias.baseAddress : nil, added, &packed)
      }
    }
  }
  // What lies between the rows must come out as it went in: its difference counts too.
  return matmulDifference(c, expected)
}

private protocol Kernels: BinaryFloatingPoint {
  static func multiply(
    _ p: Product, _ a: [Self], _ lda: Int, _ b: [Self], _ ldb: Int,
    _ c: UnsafeMutablePointer<Self>, _ ldc: Int, _ bias: UnsafePointer<Self>?,
    _ addend: UnsafePointer<Self>?, _ packed: inout [Self])
}

extension Float: Kernels {
  fileprivate static func multiply(
    _ p: Product, _ a: [Float], _ lda: Int, _ b: [Float], _ ldb: Int,
    _ c: UnsafeMutablePointer<Float>, _ ldc: Int, _ bias: UnsafePointer<Float>?,
    _ addend: UnsafePointer<Float>?, _ packed: inout [Float]
  ) {
    let left: Int32 = p.leftIsTransposed ? 1 : 0
    let right: Int32 = p.rightIsTransposed ? 1 : 0
    if p.packsRight {
      akn_gemm_pack_columns_f32(p.depth, 0, p.columns, b, ldb, right, &packed)
      akn_gemm_rows_f32(
        p.rows, p.columns, p.depth, a, lda, left, packed, c, ldc, bias, addend, ldc)
    } else {
      akn_gemm_pack_rows_f32(p.rows, p.depth, 0, p.rows, a, lda, left, &packed)
      akn_gemm_columns_f32(
        p.rows, p.columns, p.depth, packed, b, ldb, right, c, ldc, bias, addend, ldc)
    }
  }
}

extension Double: Kernels {
  fileprivate static func multiply(
    _ p: Product, _ a: [Double], _ lda: Int, _ b: [Double], _ ldb: Int,
    _ c: UnsafeMutablePointer<Double>, _ ldc: Int, _ bias: UnsafePointer<Double>?,
    _ addend: UnsafePointer<Double>?, _ packed: inout [Double]
  ) {
    let left: Int32 = p.leftIsTransposed ? 1 : 0
    let right: Int32 = p.rightIsTransposed ? 1 : 0
    if p.packsRight {
      akn_gemm_pack_columns_f64(p.depth, 0, p.columns, b, ldb, right, &packed)
      akn_gemm_rows_f64(
        p.rows, p.columns, p.depth, a, lda, left, packed, c, ldc, bias, addend, ldc)
    } else {
      akn_gemm_pack_rows_f64(p.rows, p.depth, 0, p.rows, a, lda, left, &packed)
      akn_gemm_columns_f64(
        p.rows, p.columns, p.depth, packed, b, ldb, right, c, ldc, bias, addend, ldc)
    }
  }
}
