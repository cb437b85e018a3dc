import Cards
import Strategies
import Testing

@Suite struct StrategyCatalogTests {
  @Test func cardsAreComplete() {
    let names = StrategyCatalog.cards.map(\.name)
    #expect(Set(names).count == names.count)
    for card in StrategyCatalog.cards {
      #expect(!card.summary.isEmpty && card.source.contains("["))
      #expect(Set(card.options.map(\.name)).count == card.options.count)
    }
  }

  @Test(arguments: StrategyCatalog.cards.map(\.name)) func standardOptionsFit(_ name: String) throws
  {
    let choice = try StrategyCatalog.choice(named: name)
    #expect(choice.label == name)
    #expect(choice.card.name == name)
  }

  @Test func whatIsWrongIsNamed() throws {
    #expect(throws: StrategyError("there is no strategy beam-serach; did you mean beam-search?")) {
      try StrategyCatalog.choice(named: "beam-serach")
    }
    #expect(throws: StrategyError("beam-search has no option widht; did you mean width?")) {
      try StrategyCatalog.choice(named: "beam-search", ["widht": "2"])
    }
    for value in ["0", "2.5", "many"] {
      #expect(
        throws: StrategyError(
          "beam-search, option width: found \(value), expected a whole number from 1 to 1024")
      ) {
        try StrategyCatalog.choice(named: "beam-search", ["width": value])
      }
    }
    #expect(throws: StrategyError.self) {
      try StrategyCatalog.choice(named: "parallel-sampling", ["select": "luck"])
    }
    let choice = try StrategyCatalog.choice(
      named: "beam-search", ["width": "2", "aggregate": "min", "select": "best"])
    #expect(choice.label == "beam-search width=2 aggregate=min")
    let bench = try SmallPolicy.bench()
    let problems = try SmallPolicy.problems(1)
    #expect(throws: StrategyError("beam-search needs a verifier")) {
      try choice.strategy.solve(problems, budget: 4, on: bench)
    }
  }
}
