internal import RealModule

extension FittedLaw {
  /// The smallest value of one column at which the law reaches an outcome [160].
  ///
  /// The other columns are held; for N, D and C the third is derived where one more is given. A
  /// law of N and D asked for `C` with neither of them held is asked for the least compute of its
  /// optimum. The value is infinite where nothing within twelve decades of the table suffices.
  ///
  /// - Parameters:
  ///   - column: the column to solve for.
  ///   - outcome: the outcome to reach: from above where less is better, else from below.
  ///   - others: the other columns that the law reads.
  /// - Throws: `FitError` where the law does not read the column or others are missing.
  public func smallest(
    _ column: String, reaching outcome: Double, holding others: [String: Double] = [:]
  ) throws(FitError) -> Estimated {
    let reads = law.card.columns.map(\.name)
    if column == "C", reads.contains("N"), reads.contains("D"), others["N"] == nil,
      others["D"] == nil
    {
      return try plan(reaching: outcome, holding: others).compute
    }
    var probe = others
    probe[column] = 1
    _ = try Fit.arrange(probe, for: law, flops: flopsPerToken)
    guard try dependsOn(column, others: others) else {
      throw .unusable("law \(law.name) does not depend on \(column) with the columns given")
    }
    let range = ranges[column] ?? 1...1
    let low = range.lowerBound > 0 ? range.lowerBound : 1
    let high = max(range.upperBound, low)
    let sign: Double = law.card.response.higherIsBetter ? -1 : 1
    let kernel = law.makeKernel()
    let flops = flopsPerToken
    let bottom = Double.log(low) - 14
    let top = Double.log(high) + 28
    func excess(_ point: [Double], _ logValue: Double) -> Double {
      var columns = others
      columns[column] = Double.exp(logValue)
      guard let arranged = try? Fit.arrange(columns, for: law, flops: flops) else { return .nan }
      return sign * (kernel.predictOne(point, arranged, []) - outcome)
    }
    let logarithms = derived { point in
      // A coarse walk from below finds the first crossing even where more is not always better.
      let steps = 42
      var previous = bottom
      if excess(point, bottom) <= 0 { return bottom }
      for index in 1...steps {
        let next = bottom + (top - bottom) * Double(index) / Double(steps)
        if excess(point, next) <= 0 {
          return crossing(
            of: { excess(point, $0) }, near: previous, low: previous, high: next)
        }
        previous = next
      }
      return .infinity
    }
    return Estimated(
      value: Double.exp(logarithms.value), low: Double.exp(logarithms.low),
      high: Double.exp(logarithms.high))
  }

  private func dependsOn(_ column: String, others: [String: Double]) throws(FitError) -> Bool {
    var (a, b) = (others, others)
    a[column] = 1
    b[column] = 2
    return try Fit.arrange(a, for: law, flops: flopsPerToken)
      != Fit.arrange(b, for: law, flops: flopsPerToken)
  }
}
