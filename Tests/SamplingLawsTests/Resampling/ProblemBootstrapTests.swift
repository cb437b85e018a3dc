import Quantities
import SamplingLaws
import Statistics
import Testing

struct ProblemBootstrapTests {
  @Test func meansAreThoseOfTheCounts() {
    var matrix = ProblemMatrix(columnCount: 2)
    var random = SplittableRandom(seed: 3)
    for _ in 0..<13 { matrix.append([random.nextUniform(), random.nextNormal()]) }
    let bootstrap = ProblemBootstrap(resamples: 21, seed: 5)
    let draws = bootstrap.resampledMeans(of: matrix)
    #expect(draws.count == 21)
    for (resample, means) in draws.enumerated() {
      let counts = bootstrap.counts(of: 13, resample: resample)
      for column in 0..<2 {
        let sum = (0..<13).reduce(0.0) { $0 + counts[$1] * matrix[$1, column] }
        #expect(abs(means[column] - sum / 13) < 1e-12)
      }
    }
  }

  @Test func threadsChangeNothing() {
    var matrix = ProblemMatrix(columnCount: 1)
    for index in 0..<50 { matrix.append([Double(index % 7)]) }
    let one = ProblemBootstrap(resamples: 100, threads: 1).means(of: matrix)
    let two = ProblemBootstrap(resamples: 100, threads: 2).means(of: matrix)
    #expect(one == two)
  }

  @Test(arguments: [8, 40]) func intervalsOfAMeanCover(problems: Int) {
    var hits = 0
    for world in 0..<400 {
      var random = SplittableRandom(seed: 11).split(world)
      var matrix = ProblemMatrix(columnCount: 1)
      for _ in 0..<problems { matrix.append([random.nextNormal()]) }
      let mean = ProblemBootstrap(resamples: 400, seed: UInt64(world)).means(of: matrix)[0]
      if mean.low <= 0, mean.high >= 0 { hits += 1 }
    }
    #expect(340...380 ~= hits, "covered \(hits) of 400")
  }
}
