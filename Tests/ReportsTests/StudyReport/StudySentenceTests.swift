import Foundation
import Quantities
import Reports
import Testing
import Verdicts

/// The sentences with which a page tells what a test found, each with planted numbers.
struct StudySentenceTests {
  /// The page of the usual study after a change of what was found at equal training compute.
  private func page(_ change: (inout AxisVerdict) -> Void) throws -> String {
    var study = try PlantedStudy.usual.results()
    var axis = study.verdict.arms[0].axes[0]
    let isCompute = axis.axis == .trainingCompute
    #expect(isCompute)
    axis.test.pairs = 15
    (axis.test.method, axis.test.shareOfSize, axis.test.pLackOfFit) = (nil, 0.4, nil)
    (axis.test.shareOfSeed, axis.test.clusteredBySeed) = (nil, false)
    change(&axis)
    study.verdict.arms[0].axes[0] = axis
    return StudyReport(study).html().replacing("&#39;", with: "'")
      .replacing("&lt;", with: "<")
  }

  private let share =
    "Of the variance of a paired difference about the line \(NumberFormat.percent(0.4, decimals: 0)) is a size's own."

  @Test func noDifferenceIsTold() throws {
    let html = try page { axis in
      axis.test.accepted = .noDifference
      axis.test.pNoDifference = 0.41
      axis.smallestDetectable = 1.2
    }
    #expect(
      html.contains(
        "By 15 independent pairs of runs, no difference is established (p = 0.41). A multiplier below 1.20x could have been missed. \(share)"
      ))
    let silent = try page { axis in
      axis.test.accepted = .noDifference
      axis.test.pNoDifference = nil
      axis.smallestDetectable = nil
    }
    #expect(silent.contains("no difference is established (p unknown). \(share)"))
  }

  @Test func oneFactorIsTold() throws {
    let html = try page { axis in
      axis.test.accepted = .constant
      axis.test.pNoDifference = 0.002
      axis.test.pSlope = 0.3
      axis.constantMultiplier = IntervalEstimate(1.31, low: 1.2, high: 1.43)
    }
    #expect(
      html.contains(
        "By 15 independent pairs of runs, the multiplier is 1.31 [1.20, 1.43] at every size (p = 0.002 for no difference). A change with scale is not established (p = 0.3). \(share)"
      ))
  }

  @Test func aTrendIsToldForTenfoldScale() throws {
    let html = try page { axis in
      axis.test.accepted = .changesWithScale
      axis.test.pSlope = 0.0004
      axis.test.slope = IntervalEstimate(-0.05, low: -0.06, high: -0.04)
    }
    #expect(
      html.contains(
        "By 15 independent pairs of runs, the multiplier changes with scale (p < 0.001 for none): it is multiplied by 0.89 [0.87, 0.91] with every tenfold scale. \(share)"
      ))
  }

  @Test(arguments: [
    (PairedTest.LackOfFitMethod.oneRungAgainstTheOthers, "the others scatter"),
    (.rungsAgainstSeeds, "seeds explain"),
  ])
  func sizesThatDifferAreTold(method: PairedTest.LackOfFitMethod, noise: String) throws {
    let html = try page { axis in
      axis.test.accepted = .differsBySize
      axis.test.pNoDifference = 0.2
      axis.test.pLackOfFit = 0.003
      axis.test.lackOfFitMethod = method
    }
    #expect(
      html.contains(
        "By 15 independent pairs of runs, neither one multiplier for all sizes nor a trend is established (p = 0.2), but sizes differ from each other by more than \(noise) (p = 0.003). \(share)"
      ))
  }

  @Test(arguments: [(1, "1 independent pair of runs"), (2, "2 independent pairs of runs")])
  func tooFewPairsAreTold(pairs: Int, words: String) throws {
    let html = try page { axis in
      axis.test.accepted = nil
      axis.test.pairs = pairs
    }
    #expect(html.contains("<p>\(words): too few for a test.</p>"))
  }

  @Test func whereTheScatterComesFromIsTold() throws {
    let html = try page { axis in
      axis.test.accepted = .noDifference
      axis.test.method = .rungMeans
      axis.test.degreesOfFreedom = 4
      axis.test.slopeDegreesOfFreedom = 3
      axis.test.shareOfSeed = 0.1
      axis.test.pLackOfFit = 0.003
      axis.test.lackOfFitMethod = .rungsAgainstSeeds
      axis.test.sizesDiffer = true
      axis.test.clusteredBySeed = true
      axis.test.pSeed = 0.02
    }
    let (size, seed) = (
      NumberFormat.percent(0.4, decimals: 0), NumberFormat.percent(0.1, decimals: 0)
    )
    #expect(
      html.contains(
        "Tested by means of the sizes, 4 degrees of freedom (the trend: 3). Of the variance of a paired difference about the line \(size) is a size's own, \(seed) a seed's at all sizes. Lack of fit, sizes about the line against seeds: p = 0.003, sizes do not lie on the line. Seeds shift whole ladders (p = 0.02)."
      ))
    let plain = try page { axis in
      axis.test.accepted = .noDifference
      axis.test.shareOfSize = nil
    }
    #expect(
      plain.contains(
        "What a size has of its own cannot be told from the rest, as with one run a size."))
  }

  @Test(arguments: [
    (AxisVerdict.Crossing.Place.below, true, "below the smallest run; better below it"),
    (.inside, false, "within the data; better above it"),
    (.beyond, true, "beyond the largest run; better below it"),
  ])
  func crossoversAreTold(
    place: AxisVerdict.Crossing.Place, leadsBelow: Bool, words: String
  ) throws {
    let html = try page { axis in
      axis.crossing?.scale = IntervalEstimate(3e15, low: 1e15)
      axis.crossing?.place = place
      axis.crossing?.treatmentLeadsBelow = leadsBelow
    }
    #expect(html.contains("<td class=\"\">at 3e15 FLOPs, \(words)</td>"))
    #expect(
      html.contains(
        " Crossover at 3e15 FLOPs, \(words) (90\u{A0}% interval: above 1e15 FLOPs)."))
  }

  @Test func noCrossoverIsTold() throws {
    #expect(
      try page { axis in axis.crossing?.place = .none }
        .contains("<td class=\"\">none in reach</td>"))
    // The figure at equal active parameters may have a crossover of its own.
    let html = try page { axis in axis.crossing = nil }
    #expect(html.firstMatch(of: #/ Crossover at [^ ]+ FLOPs/#) == nil)
  }

  /// Laws that were fitted jointly are told where there are any.
  @Test(arguments: [
    ("nothing", "Joint fits of the law chinchilla, a coarser test, see no difference."),
    (
      "the amplitude only",
      "By joint fits of the law chinchilla, the arms differ in the amplitude only."
    ),
  ])
  func jointFitsAreTold(difference: String, sentence: String) throws {
    let html = try page { axis in
      axis.jointLaw = "chinchilla"
      axis.jointDifference = difference
    }
    #expect(html.contains(sentence))
  }

  /// Reasons that do not refuse a forecast weaken it; those that do are the reason that there is none.
  @Test func weakForecastsAndRefusalsAreTold() throws {
    var study = try PlantedStudy.usual.results()
    study.verdict.arms[0].reach.reasons = ["one reason", "another"]
    for (isRefused, sentence, other) in [
      (
        false, "Warning: The forecast is weak: one reason; another.", "No forecast is given"
      ),
      (
        true, "Warning: No forecast is given for gated-attention: one reason; another.",
        "The forecast is weak"
      ),
    ] {
      study.verdict.arms[0].reach.isRefused = isRefused
      let text = StudySummaryText(study, width: 200).render()
      #expect(text.contains(sentence) && !text.contains(other))
    }
  }
}
