public import Cards
internal import Quantities

/// All strategies that there are.
public enum StrategyCatalog {
  /// One line for each strategy.
  public static let all: [any Strategy.Type] = [
    ParallelSampling.self,
    BeamSearch.self,
    DiverseVerifierTreeSearch.self,
    MonteCarloTreeSearch.self,
    GatedRetry.self,
    SequentialRevision.self,
    IterativeDeepeningSampling.self,
    AheadByK.self,
  ]

  /// The cards, in the order of the catalogue.
  public static var cards: [StrategyCard] { all.map { $0.card } }

  /// The strategy of a name; options that are not given have their defaults.
  ///
  /// - Throws: ``StrategyError`` naming the nearest strategy or option where there is none.
  public static func choice(
    named name: String, _ options: [String: String] = [:]
  ) throws(StrategyError) -> StrategyChoice {
    guard let type = all.first(where: { $0.card.name == name }) else {
      let hint = NearestName.hint(for: name, among: cards.map(\.name)).map { "; \($0)" } ?? ""
      throw StrategyError("there is no strategy \(name)\(hint)")
    }
    let values: OptionValues
    do throws(OptionError) {
      values = try OptionValues(texts: options, for: type.card)
    } catch {
      throw StrategyError(error.description)
    }
    return StrategyChoice(strategy: try type.init(values), options: values)
  }
}

/// A strategy with the options that made it.
public struct StrategyChoice: Sendable {
  /// The strategy.
  public let strategy: any Strategy
  /// A value for every option.
  public let options: OptionValues

  /// The strategy's card.
  public var card: StrategyCard { type(of: strategy).card }

  /// The name and the options that differ from their defaults: `beam-search width=2`.
  public var label: String { ([card.name] + options.changes).joined(separator: " ") }
}
