import AllometryCommands
import Foundation
import LanguageModels
import Quantities
import Reports
import Studies
import Testing
import Treatments
import Verdicts

@Suite struct StudyReadingTests {
  /// Rows of a baseline `1.5 + 40·C^-0.12` and of an arm worth `1.4·(C/1e13)^-0.04` of compute, with
  /// three seeds that shift both alike and, less, one.
  static func rows(rungs: Int = 5, diverged: Bool = false) -> [StudyRow] {
    var rows: [StudyRow] = []
    for (place, arm) in ["plain", "gated"].enumerated() {
      for rung in 0..<rungs {
        for seed in UInt64(1)...3 {
          let model = ModelConfiguration.llama(
            width: 32 << rung, layers: rung + 1, heads: 2, vocabulary: 256, context: 64)
          let costs = RunCosts(model, length: 64)
          var row = StudyRow(
            identity: RunIdentity(of: "\(arm) \(rung) \(seed)"), arm: arm, rung: rung,
            size: "\(rung + 1)x\(32 << rung)", seed: seed, trunk: "\(arm)\(rung)\(seed)",
            learningRate: 0.003, costs: costs, tokens: 20 * costs.activeParameters)
          let worth = place == 0 ? 1 : 1.4 * pow(row.compute / 1e13, -0.04)
          let noise =
            0.004 * sin(Double(rung) * 7 + Double(seed) * 3)
            + 0.0015 * sin(Double(rung) * 5 + Double(seed) * 11 + Double(place) * 2)
          var outcome = RunOutcome(status: .finished, costs: costs)
          outcome.loss = (1.5 + 40 * pow(worth * row.compute, -0.12)) * exp(noise)
          outcome.tokens = row.tokens
          outcome.compute = row.compute
          outcome.seconds = 10
          outcome.tokensPerSecond = 1000
          outcome.kernels = "avx2"
          outcome.diagnostics = ["sink_mass": place == 0 ? 0.4 : 0.05]
          if diverged, place == 1, rung == rungs - 1, seed == 3 {
            outcome.status = .diverged
            outcome.loss = nil
            outcome.message = "the loss was not finite at step 9"
          }
          row.outcome = outcome
          rows.append(row)
        }
      }
    }
    return rows
  }

  static func reading(_ rows: [StudyRow]) throws -> (StudyVerdict, StudyReading) {
    let settings = VerdictSettings(target: .trainingOperations(1e18), refits: 50)
    let verdict = try StudyVerdict(of: rows, baseline: "plain", settings: settings)
    return (verdict, StudyReading(name: "planted", verdict: verdict, rows: rows))
  }

  @Test func carriesTheVerdictOver() throws {
    let rows = Self.rows()
    let (verdict, reading) = try Self.reading(rows)
    let arm = try #require(verdict.arms.first)
    let read = try #require(reading.arms.first)
    #expect(read.sentences == arm.sentences && read.conclusion == arm.conclusion.rawValue)
    #expect(reading.runs.count == rows.count)
    #expect(read.rungs.map(\.difference.value) == arm.rungs.map(\.difference.value))
    #expect(read.rungs.map(\.treatment.loss) == arm.rungs.map(\.treatment.loss))
    #expect(read.axes.count == 2)
    let html = StudyReport(reading).html()
    for sentence in arm.sentences {
      #expect(html.contains(sentence.replacing("'", with: "&#39;").replacing("<", with: "&lt;")))
    }
    for rung in arm.rungs {
      #expect(html.contains(NumberFormat.fixed(try #require(rung.treatment.loss), 4)))
    }
    #expect(html.contains("Sink mass"))
  }

  /// The curve of the regression passes through the places that the verdict names, ends included.
  @Test func trendPassesThroughTheVerdict() throws {
    let (verdict, reading) = try Self.reading(Self.rows())
    for axis in try #require(verdict.arms.first).axes {
      let scale: StudyReading.Scale =
        axis.axis == .trainingCompute ? .trainingCompute : .activeParameters
      let trend = try #require(reading.arms[0].axes.first { $0.scale == scale }).trend
      #expect(trend.count == 6)
      for (place, end) in [(axis.fitted.first, trend.first), (axis.forecastOfLine, trend.last)] {
        let worth = try #require(place)
        let point = try #require(end)
        #expect(abs(point.scale / worth.scale - 1) < 1e-9)
        for (found, expected) in [
          (point.estimate.value, worth.multiplier.value),
          (point.estimate.low, worth.multiplier.low),
          (point.estimate.high, worth.multiplier.high),
        ] {
          let (found, expected) = try (#require(found), #require(expected))
          #expect(abs(found / expected - 1) < 1e-6)
        }
      }
    }
  }

  /// Bands come from a refit, which must be the verdict's own fit.
  @Test func lawsAreDrawnWithBands() throws {
    let (verdict, reading) = try Self.reading(Self.rows())
    let laws = reading.laws.filter { $0.failure == nil }
    #expect(laws.count == verdict.baselineLaws.count + verdict.arms[0].laws.count)
    for law in laws {
      #expect(law.curve.count > 40, "\(law.name)")
      #expect(law.curve.allSatisfy { $0.estimate.low != nil && $0.estimate.high != nil })
    }
    // At the target the curve is the forecast.
    for law in laws where law.curveScale == .trainingCompute {
      let last = try #require(law.curve.last?.estimate)
      let forecast = try #require(law.forecast)
      let (found, expected) = try (#require(last.value), #require(forecast.value))
      #expect(abs(found / expected - 1) < 1e-6)
    }
  }

  @Test func shortLaddersAndDivergedRunsAreReadable() throws {
    for (rungs, diverged) in [(1, false), (2, true), (5, true)] {
      let (_, reading) = try Self.reading(Self.rows(rungs: rungs, diverged: diverged))
      let html = StudyReport(reading).html()
      let stray = html.matches(of: /(?i)[^a-z](nan|-?inf|infinity|optional\()[^a-z]/)
      #expect(stray.isEmpty, "\(rungs) rungs: \(stray.map(\.output.0))")
      #expect(html.contains("the loss was not finite at step 9") == diverged)
      #expect(html.contains("No forecast is given") == (rungs < 4))
    }
  }

  @Test func curvesRunAlongTokens() throws {
    let rows = Self.rows(rungs: 2)
    var (_, reading) = try Self.reading(rows)
    reading.add(curvesOf: rows) { row in
      [StepCurve(name: "loss", steps: [1, 50, 100], values: [5, 4, 3 + 0.1 * Double(row.rung)])]
    }
    #expect(reading.curves.count == rows.count)
    let curve = try #require(reading.curves.first)
    #expect(curve.tokens.last == Double(rows[0].tokens))
    #expect(curve.tokens[1] == Double(rows[0].tokens) / 2)
    #expect(StudyReport(reading).html().contains("Training loss at 2x64"))
  }

  @Test func costsAreAdded() throws {
    let rows = Self.rows(rungs: 2)
    var (_, reading) = try Self.reading(rows)
    reading.add(costOf: rows, reused: 4, version: "0.1")
    let facts = reading.facts.flatMap(\.facts)
    #expect(facts.contains { $0.name == "time of all runs" && $0.value == "2 min" })
    #expect(facts.contains { $0.name == "reused from other studies" && $0.value == "4" })
    #expect(facts.contains { $0.name == "instructions" && $0.value == "avx2" })
  }
}
