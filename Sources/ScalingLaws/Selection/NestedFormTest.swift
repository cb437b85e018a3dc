internal import Statistics

/// An F test of what one form of a law knows beyond another that it contains.
public struct NestedFormTest: Sendable, Hashable {
  /// F, with as many degrees of freedom as the forms differ in parameters and the wider one leaves.
  public var statistic: Double
  /// The probability of a statistic at least this large if the narrower form holds.
  public var pValue: Double
}

extension Law {
  /// Tests the law's narrower form against its wider one, see ``nestedForms``.
  ///
  /// F compares the sums of squared log residuals of the two least-squares fits.
  ///
  /// - Throws: `FitError` where a form cannot be fitted or the wider one leaves no row over.
  public func testNestedForms(
    _ observations: Observations, options: FitOptions = FitOptions()
  ) throws(FitError) -> NestedFormTest {
    guard let forms = nestedForms else {
      throw .unusable("law \(name) has no forms of which one contains the other")
    }
    let parameters = forms.wide.parameters.count
    let added = parameters - forms.narrow.parameters.count
    let freedom = observations.count - parameters
    guard freedom > 0 else {
      throw .tooFewRows(law: name, found: observations.count, needed: parameters + 1)
    }
    var options = options
    options.interval = .none
    options.objective = .squaredLog
    let narrow = try fit(forms.narrow, to: observations, options: options)
    let wide = try fit(forms.wide, to: observations, options: options)
    let gain = max(narrow.objectiveValue - wide.objectiveValue, 0) / Double(added)
    let statistic = gain / (wide.objectiveValue / Double(freedom))
    let distribution = FisherF(numerator: Double(added), denominator: Double(freedom))
    return NestedFormTest(statistic: statistic, pValue: distribution.survival(statistic))
  }
}
