extension LawCatalog {
  /// The law by which two tables are compared where none is named: the additive one where ten rows
  /// or more vary size and data apart, else a power of compute over a floor. N and D of every row
  /// are empty where they are not known.
  public static func comparisonLaw(sizes: [Double], tokens: [Double], rows: Int) -> String {
    let ratios = zip(tokens, sizes).map { $0 / $1 }
    guard Set(sizes).count > 2, Set(tokens).count > 2, rows >= 10, let low = ratios.min(),
      let high = ratios.max(), high > 3 * low
    else { return PowerConstant().name }
    return Chinchilla().name
  }
}
