public import Quantities
internal import RealModule

/// The best size and number of epochs where unique tokens are limited [L6].
public struct LimitedDataPlan: Sendable, Hashable, Codable {
  /// U, unique tokens.
  public var uniqueTokens: Double
  /// Size, tokens seen and outcome at the optimum.
  public var plan: ComputePlan
  /// D*/U, passes over the data; below one where the data do not bind.
  public var epochs: Estimated
  /// What the optimum would be with unlimited data.
  public var unlimited: ComputePlan?
  /// Whether the value of repetition was borrowed from the literature and not fitted.
  public var borrowsRepetition: Bool
}

/// How fast repeated tokens and excess parameters lose their value [L6].
public struct RepetitionConstants: Sendable, Hashable, Codable {
  /// R_D*, repetitions of data after which their value has fallen by 1/e.
  public var data: Double
  /// R_N*, the same for parameters beyond those that the unique tokens call for.
  public var size: Double

  /// The constants of the data-constrained paper, fitted on C4 [L6].
  public static let published = RepetitionConstants(data: 15.387756, size: 5.309743)
}

extension FittedLaw {
  /// The best size and number of epochs for a budget of compute and of unique tokens [L6]; a law
  /// that does not read `U` but whose optimum has a closed form borrows the value of repetition.
  /// Throws `FitError` where the law does not allow the plan.
  public func limitedDataPlan(
    compute: Double, uniqueTokens unique: Double, holding others: [String: Double] = [:],
    borrowed: RepetitionConstants = .published
  ) throws(FitError) -> LimitedDataPlan {
    guard compute > 0, compute.isFinite, unique > 0, unique.isFinite else {
      throw .unusable(
        "compute \(compute) and unique tokens \(unique): expected positive numbers")
    }
    let logCompute = Double.log(compute)
    let knowsRepetition = law.reads("U")
    var result: ComputePlan
    var unlimited: ComputePlan?
    if knowsRepetition {
      var columns = others
      columns["U"] = unique
      result = plan(on: try LossSurface(self, holding: columns)) { _ in logCompute }
      columns["U"] = nil
      unlimited = try? plan(compute: compute, holding: columns)
    } else {
      guard law is any AdditiveTradeoff else {
        throw .unusable(
          "law \(law.name) neither reads U nor has a closed-form optimum to which repetition could be added: fit data-constrained or chinchilla"
        )
      }
      var surface = try LossSurface(self, holding: others)
      surface.repetition = LossSurface.Repetition(
        logUnique: Double.log(unique), dataRepeats: borrowed.data, sizeRepeats: borrowed.size)
      result = plan(on: surface) { _ in logCompute }
      unlimited = try? plan(compute: compute, holding: others)
      result.warnings.append(
        "the value of repeated tokens is not fitted but borrowed (R_D* \(NumberFormat.sentence(borrowed.data)), R_N* \(NumberFormat.sentence(borrowed.size)), fitted on C4 [L6])"
      )
    }
    let epochs = Estimated(
      value: result.tokens.value / unique, low: result.tokens.low / unique,
      high: result.tokens.high / unique)
    if epochs.value > 40 {
      result.warnings.append("beyond about 40 epochs repeated tokens add nothing [L6]")
    }
    return LimitedDataPlan(
      uniqueTokens: unique, plan: result, epochs: epochs, unlimited: unlimited,
      borrowsRepetition: !knowsRepetition)
  }
}
