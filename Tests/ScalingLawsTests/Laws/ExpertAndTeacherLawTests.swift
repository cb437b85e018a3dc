import Foundation
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
