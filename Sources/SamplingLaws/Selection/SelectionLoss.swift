public import Quantities
public import RunTables

/// What a selector loses against a perfect one: pass@n less its accuracy among n attempts.
public struct SelectionLoss: Codable, Sendable {
  /// What the selector is called.
  public var selector: String
  /// The numbers of samples n.
  public var samples: [Int]
  /// pass@n: whether any of n attempts is right.
  public var coverage: [Estimated]
  /// The accuracy of the selector.
  public var accuracy: [Estimated]
  /// The difference, with its paired interval.
  public var loss: [Estimated]

  /// Compares the curves of a selector with coverage at the same problems.
  public init(_ curves: ProblemCurves, of arm: OutcomeArm, bootstrap: ProblemBootstrap) {
    let reached = Self.coverage(curves, of: arm)
    self.init(
      curves, draws: bootstrap.resampledMeans(of: curves.matrix), coverage: reached,
      coverageDraws: bootstrap.resampledMeans(of: reached), bootstrap: bootstrap)
  }

  static func coverage(_ curves: ProblemCurves, of arm: OutcomeArm) -> ProblemMatrix {
    let ladders = SubsetLadder.ladders(
      curves.problems.map { arm.rows(ofProblem: $0).count }, samples: curves.samples)
    var matrix = ProblemMatrix(
      columnCount: curves.samples.count, problems: curves.problems.count)
    for problem in curves.problems {
      let rows = arm.rows(ofProblem: problem)
      var wrong = 0
      for row in rows where arm.correct[row] == 0 { wrong += 1 }
      let ladder = ladders[rows.count]
      matrix.append(
        curves.samples.indices.map { column in ladder.map { 1 - $0[column, wrong] } ?? .nan })
    }
    return matrix
  }

  /// The difference of resampled means is the mean of differences, resample by resample.
  init(
    _ curves: ProblemCurves, draws drawn: [[Double]], coverage reached: ProblemMatrix,
    coverageDraws: [[Double]], bootstrap: ProblemBootstrap
  ) {
    selector = curves.selector
    samples = curves.samples
    coverage = bootstrap.means(of: reached, draws: coverageDraws)
    accuracy = bootstrap.means(of: curves.matrix, draws: drawn)
    let centres = zip(reached.means, curves.matrix.means).map { $0 - $1 }
    let count = reached.problemCount
    loss = centres.indices.map { column in
      bootstrap.interval(
        around: centres[column],
        draws: zip(coverageDraws, drawn).map { $0[column] - $1[column] }, problems: count)
    }
  }
}
