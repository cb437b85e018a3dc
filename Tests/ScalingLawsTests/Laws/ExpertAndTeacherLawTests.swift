import Foundation
import Quantities
import ScalingLaws
import Testing

/// The laws of 2025 for mixtures of experts and for distillation.
@Suite struct ExpertAndTeacherLawTests {
  /// c, a, b, alpha, beta, delta, gamma, omega, zeta of the size that arXiv:2502.05172 reports.
  static let joint = [1.3637, 35.91, 35.98, -0.1889, -0.1775, -0.2285, 0.0098, 0.5529, -0.0259]

  // Values of the printed formulas by Python, not by this program:
  // 35.91*E**-.2285*N**(-.1889+.0098*ln E) + 35.98*E**.5529*D**(-.1775-.0259*ln E) + 1.3637
  @Test(arguments: [
    (1e9, 2e10, 1.0, 2.614_140_816), (1e9, 2e10, 8, 2.513_229_274),
    (2.7e9, 1e11, 32, 2.206_866_621),
  ])
  func jointLawIsThePublishedForm(n: Double, d: Double, experts: Double, expected: Double) {
    let loss = JointMoE().prediction(Self.joint, at: [n, d, experts])
    #expect(abs(loss - expected) < 1e-6)
  }

  /// Table 4 of arXiv:2502.05172: for each number of experts m, µ, n, ν of m·N^µ + n·D^ν + c, from
  /// the coefficients of its Table 3, printed to four places.
  @Test(arguments: [
    (1.0, 30.3640, -0.1817, 53.9838, -0.1965), (2, 27.7982, -0.1780, 66.8401, -0.2065),
    (4, 24.8462, -0.1731, 87.7022, -0.2192), (8, 21.8330, -0.1676, 119.9126, -0.2338),
    (16, 19.0159, -0.1617, 167.5073, -0.2494), (32, 16.5424, -0.1557, 234.6726, -0.2652),
  ])
  func jointLawReducesToThePublishedTable(
    experts: Double, m: Double, mu: Double, n: Double, nu: Double
  ) {
    let law = JointMoE(saturates: true)
    for (size, tokens) in [(1e8, 2e9), (1e9, 2e10), (2.7e9, 8e10)] {
      let table = m * pow(size, mu) + n * pow(tokens, nu) + 1.3637
      let loss = law.prediction(JointMoE.published, at: [size, tokens, experts])
      #expect(abs(loss - table) < 3e-3, "\(experts) experts, N \(size)")
    }
  }

  /// Table 1 of the same paper: compute-optimal active parameters and tokens, printed to two or
  /// three figures from coefficients with more places than are printed.
  @Test(arguments: [
    (1e20, 1.0, 1.7e9, 9.7e9), (1e20, 8, 990e6, 17e9), (1e20, 32, 669e6, 24.9e9),
    (1e21, 1, 5.7e9, 29.3e9), (1e21, 4, 4.4e9, 38e9), (1e21, 16, 3.3e9, 51.2e9),
    (1e22, 1, 18.8e9, 88.6e9), (1e22, 8, 14.4e9, 115.8e9), (1e22, 32, 12.2e9, 136.9e9),
  ])
  func optimaOfExpertsAreThePublishedOnes(
    compute: Double, experts: Double, active: Double, tokens: Double
  ) throws {
    let law = JointMoE(saturates: true)
    let plan = try #require(
      law.plan(compute: compute, experts: experts, point: JointMoE.published))
    #expect(abs(plan.active / active - 1) < 0.025, "N \(plan.active)")
    #expect(abs(plan.tokens / tokens - 1) < 0.025, "D \(plan.tokens)")
    #expect(abs(6 * plan.active * plan.tokens / compute - 1) < 1e-9)
    // The planner for laws of N and D finds the same.
    let given = GivenLaw(
      law: law, estimate: JointMoE.published, ranges: ["N": 7.9e7...2.7e9, "D": 5e8...8e10])
    let general = try given.plan(compute: compute, holding: ["experts": experts])
    #expect(abs(general.size.value / plan.active - 1) < 1e-4)
  }

  /// The rule of thumb of the same paper: of equal total size, up to 8 experts on as many times the
  /// tokens beat the compute-optimal dense model; its example has 1.1B parameters and 8B tokens.
  @Test(arguments: [2.0, 4, 8]) func theRuleOfThumbHolds(_ experts: Double) throws {
    let law = JointMoE(saturates: true)
    let shape = ExpertPlan.Shape()
    var (low, high) = (1.0, 1e5)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if shape.total(width: middle, experts: experts) < 1.1e9 {
        low = middle
      } else {
        high = middle
      }
    }
    let active = shape.active(width: low)
    let dense = law.prediction(JointMoE.published, at: [1.1e9, 8e9, 1])
    #expect(
      law.prediction(JointMoE.published, at: [active, 8e9 * experts, experts]) < dense - 0.03)
  }

  /// Sizes of the same paper's list of runs: width 1024 with 16 blocks is 321M active, 774M with 4
  /// experts and 5.0B with 32.
  @Test func theShapeIsThePapers() {
    let shape = ExpertPlan.Shape()
    #expect(abs(shape.active(width: 1024) / 321e6 - 1) < 0.005)
    #expect(abs(shape.total(width: 1024, experts: 4) / 774e6 - 1) < 0.005)
    #expect(abs(shape.total(width: 1024, experts: 32) / 5e9 - 1) < 0.01)
    // 512 wide: 79M, 664M with 32 experts.
    #expect(abs(shape.total(width: 512, experts: 32) / 664e6 - 1) < 0.005)
  }

  /// Table 2 of the same paper, best number of experts by memory, 16k tokens of cache in bfloat16:
  /// the cells are reproduced to a factor of two, most of them exactly.
  @Test func memoryChoosesTheExpertsOfTheTable() throws {
    let law = JointMoE(saturates: true)
    var exact = 0
    for (compute, cells) in [
      (1e21, [(24e9, 16.0), (80e9, 32), (640e9, 32)]),
      (1e22, [(24e9, 4), (80e9, 16), (640e9, 32)]),
      (1e23, [(24e9, 1), (80e9, 8), (640e9, 32)]),
      (1e24, [(24e9, 1), (80e9, 1), (640e9, 16)]),
    ] {
      for (bytes, expected) in cells {
        let plans = [1.0, 2, 4, 8, 16, 32].compactMap {
          law.plan(
            compute: compute, experts: $0, point: JointMoE.published,
            memory: ExpertPlan.Memory(bytes: bytes, cacheTokens: 16_384))
        }
        let best = try #require(plans.min { $0.loss < $1.loss }?.experts)
        #expect(max(best / expected, expected / best) <= 2, "\(compute), \(bytes): \(best)")
        #expect(plans.allSatisfy { $0.memory <= bytes * (1 + 1e-9) })
        if best == expected { exact += 1 }
      }
    }
    #expect(exact >= 9)
  }

  /// Findings of arXiv:2501.12370: at fixed compute larger totals lose less, and their best active
  /// share is smaller. Minima of the printed formula over 200,001 active sizes a total, in Python.
  @Test func sparserIsBetterAtFixedCompute() {
    let law = SparseMoE()
    let plans = [2e9, 8e9, 3.2e10].map {
      law.plan(compute: 1e21, total: $0, point: SparseMoE.published, leastShare: 0.02)
    }
    let expected = [(2.2114069388, 0.217131), (2.1105218026, 0.069585), (2.0377638119, 0.021357)]
    for (plan, (loss, share)) in zip(plans, expected) {
      #expect(abs(plan.loss - loss) < 1e-8)
      #expect(abs(plan.active / plan.total / share - 1) < 1e-3)
    }
    for plan in plans {
      for factor in [0.9, 1.1] {
        let active = min(max(plan.active * factor, 0.02 * plan.total), plan.total)
        let other = law.prediction(
          SparseMoE.published, at: [active, 1e21 / (6 * active), plan.total])
        #expect(other >= plan.loss - 1e-12)
      }
    }
  }

  @Test func jointLawOfDenseModelsIsChinchillas() {
    let p = Self.joint
    let dense = JointMoE().prediction(p, at: [3e9, 6e10, 1])
    let additive = Chinchilla().prediction([p[0], p[1], p[2], -p[3], -p[4]], at: [3e9, 6e10])
    #expect(abs(dense - additive) < 1e-12)
    // A saturating law at one expert reads E_start.
    let saturated = JointMoE(saturates: true).prediction(p + [2, 300], at: [3e9, 6e10, 1])
    #expect(abs(saturated - JointMoE().prediction(p, at: [3e9, 6e10, 2])) < 1e-12)
  }

  @Test func jointLawRecoversPlantedParameters() throws {
    let names = JointMoE().parameters.map(\.name)
    let planted = PlantedLaw(
      law: JointMoE(),
      truth: Dictionary(uniqueKeysWithValues: zip(names, Self.joint)),
      columns: PlantedLaw.grid([
        ("N", [1e8, 4e8, 1.6e9, 6e9]), ("D", [2e9, 1e10, 1e11]), ("experts", [1, 2, 8, 32]),
      ]))
    #expect(try planted.recoveryError() < 1e-2)
  }

  // 16612.5/T**.5962 + 5455.67/D**.3954 + .4598/r**-.1666 + 17.26/(r**.1603*T**.1595) + .94, r = N/T
  @Test(arguments: [(1e9, 2e10, 1e9, 2.565_681_308), (1e9, 2e10, 1.6e10, 2.339_143_137)])
  func sparseLawIsThePublishedForm(n: Double, d: Double, total: Double, expected: Double) {
    let p = [0.94, 16_612.5, 5455.67, 0.4598, 17.26, 0.5962, 0.3954, -0.1666, 0.1603, 0.1595]
    #expect(abs(SparseMoE().prediction(p, at: [n, d, total]) - expected) < 1e-6)
  }

  static let distillation = [2243, 24_181, 0.321, 0.637, 0.764, 2.549, 522.61, 1.315, 0.09]

  // LT + LT**-2.549*(1+(LT/(LS*1.315))**(1/.09))**(-522.61*.09)*(2243/N**.321+24181/D**.637)**.764
  @Test(arguments: [(5e8, 2e10, 2.3, 2.6, 2.480_788_262), (3e8, 1e11, 2.0, 2.45, 2.409_231_809)])
  func distillationIsThePublishedForm(
    n: Double, d: Double, teacher: Double, alone: Double, expected: Double
  ) {
    let loss = Distillation().prediction(Self.distillation, at: [n, d, teacher, alone])
    #expect(abs(loss - expected) < 1e-6)
  }

  /// Table 6 of arXiv:2502.08606: with its supervised coefficients the size goes as C^0.513 and the
  /// data as C^0.486 (a law of the coupled form), printed to three places.
  @Test func supervisedAllocationIsThePublishedOne() throws {
    let given = GivenLaw(
      law: Coupled(), estimate: Coupled().parameters.map { Self.supervised[$0.name] ?? .nan },
      ranges: ["N": 1.43e8...1.26e10, "D": 3e9...5e11])
    let plan = try given.plan(compute: 1e22)
    #expect(abs(plan.sizeExponent.value - 0.513) < 1e-3)
    #expect(abs(1 - plan.sizeExponent.value - 0.486) < 1e-3)
  }

  static let supervised = [
    "E": 1.220, "A": 3355, "alpha": 0.408, "B": 18_186, "beta": 0.431, "k": 0.452,
  ]

  /// Findings of the same paper from both columns of its Table 6: the best teacher loss falls with
  /// the size of the student, and what distillation gains over training alone vanishes with tokens.
  /// Minima over 200,001 teacher losses in NumPy.
  @Test(arguments: [
    (2e10, [(3e8, 1.91556, 2.43845), (1e9, 1.72270, 2.25234), (3e9, 1.56551, 2.09655)]),
    (2.5e11, [(3e8, 2.16359, 2.35950), (1e9, 1.99094, 2.17153), (3e9, 1.84158, 2.03224)]),
    (1.6e13, [(3e8, 2.14796, 2.30638), (1e9, 1.96687, 2.10341), (3e9, 1.82361, 1.95061)]),
  ])
  func bestTeachersAreTheFormulas(tokens: Double, expected: [(Double, Double, Double)]) {
    let alone = Coupled().parameters.map { Self.supervised[$0.name] ?? .nan }
    for (size, teacher, student) in expected {
      let supervised = Coupled().prediction(alone, at: [size, tokens])
      let losses = (0...4000).map { 1.25 + 2.25 * Double($0) / 4000 }
      let students = losses.map {
        Distillation().prediction(Self.distillation, at: [size, tokens, $0, supervised])
      }
      let best = students.indices.min { students[$0] < students[$1] } ?? 0
      #expect(abs(losses[best] - teacher) < 2e-3)
      #expect(abs(students[best] - student) < 2e-5)
      if tokens > 1e13 { #expect(abs(supervised - students[best]) < 6e-3) }
      if tokens < 1e11 { #expect(supervised - students[best] > 0.08) }
    }
  }

  @Test func aStudentNeverPassesItsTeacherAndFeelsTheCapacityGap() {
    let losses = stride(from: 1.6, through: 3.2, by: 0.1).map {
      Distillation().prediction(Self.distillation, at: [3e8, 2e10, $0, 2.6])
    }
    let teachers = Array(stride(from: 1.6, through: 3.2, by: 0.1))
    #expect(zip(losses, teachers).allSatisfy { $0 > $1 })
    // A weak teacher is followed; below some loss a better teacher no longer makes a better student.
    let best = losses.indices.min { losses[$0] < losses[$1] } ?? 0
    #expect(best > 0 && best < losses.count - 1)
  }
}
