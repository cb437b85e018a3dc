import Foundation

extension NumberFormat {
  /// A number for a sentence: few significant digits, an exponent where it would be long.
  public static func sentence(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else {
      return value.isNaN ? "unknown" : value > 0 ? "infinite" : "-infinite"
    }
    if value == 0 { return "0" }
    let magnitude = abs(value)
    var exponent = Int(saturating: log10(magnitude).rounded(.down))
    func scaled(_ exponent: Int) -> Double {
      let power = digits - 1 - exponent
      let shift = pow(10, Double(abs(power)))
      return (power >= 0 ? magnitude * shift : magnitude / shift).rounded()
    }
    var integer = scaled(exponent)
    if integer >= pow(10, Double(digits)) {
      exponent += 1
      integer = scaled(exponent)
    }
    let text = String(Int(saturating: integer))
    let sign = value < 0 ? "-" : ""
    if exponent < -4 || exponent >= 6 {
      return sign + droppingTrailingZeros(text.prefix(1) + "." + text.dropFirst()) + "e\(exponent)"
    }
    if exponent < 0 {
      return sign
        + droppingTrailingZeros("0." + String(repeating: "0", count: -exponent - 1) + text)
    }
    let whole = exponent + 1
    if whole >= digits { return sign + text + String(repeating: "0", count: whole - digits) }
    return sign + droppingTrailingZeros(text.prefix(whole) + "." + text.dropFirst(whole))
  }

  /// A probability or p-value that simulation estimated, never finer than the simulation is.
  ///
  /// A share of N simulated cases cannot tell a probability below 1/N from zero, nor one above
  /// 1 − 1/N from one, so such shares are written as bounds.
  ///
  /// - Parameters:
  ///   - value: the probability.
  ///   - floor: 1/N for N simulations; 0 for a probability that was computed and not simulated.
  /// - Returns: "0.034", or "< 0.001" and "> 0.999" at a floor of 0.001; "unknown" for NaN.
  public static func probability(_ value: Double, floor: Double) -> String {
    guard value.isFinite else { return "unknown" }
    if value <= floor { return floor > 0 ? "< \(sentence(floor))" : "0" }
    if value >= 1 - floor {
      // Rounded down, so that the bound holds: a floor of 10⁻¹² is no reason for twelve nines.
      return floor > 0
        ? "> \(sentence((1000 * (1 - max(floor, 0.001))).rounded(.down) / 1000))" : "1"
    }
    // Three digits would round a value just above the upper floor to one.
    return value > 0.999 ? sentence(value, digits: 9) : sentence(value)
  }

  /// The same with its name and relation: "p = 0.034", "p < 0.001".
  public static func probability(_ name: String, _ value: Double, floor: Double) -> String {
    let text = probability(value, floor: floor)
    return text.hasPrefix("<") || text.hasPrefix(">") ? "\(name) \(text)" : "\(name) = \(text)"
  }

  /// A number in three significant digits for a sentence; `sentence` and this differ below 10⁻³ and
  /// in how they say what is not finite.
  public static func short(_ value: Double) -> String {
    guard value != 0 else { return "0" }
    guard value.isFinite else { return "\(value)" }
    let exponent = Int(saturating: log10(abs(value)).rounded(.down))
    let scale = pow(10, Double(exponent - 2))
    let rounded = (value / scale).rounded() * scale
    if exponent >= -3, exponent < 6 {
      let digits = max(0, 2 - exponent)
      let power = pow(10, Double(digits))
      let text = "\((rounded * power).rounded() / power)"
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
    let mantissa = "\((value / pow(10, Double(exponent)) * 100).rounded() / 100)"
    return (mantissa.hasSuffix(".0") ? String(mantissa.dropLast(2)) : mantissa) + "e\(exponent)"
  }

  /// As `short`, with an exponent below 10⁻⁴ and from 10⁵ on, and infinity as its sign.
  public static func exponential(_ value: Double) -> String {
    if value == .infinity { return "∞" }
    guard value.isFinite, value > 0 else { return short(value) }
    let exponent = log10(value).rounded(.down)
    if abs(exponent) < 5 { return short(value) }
    let mantissa = (value / pow(10, exponent) * 100).rounded() / 100
    if mantissa >= 10 { return "1e\(Int(saturating: exponent) + 1)" }
    let digits = mantissa == mantissa.rounded() ? "\(Int(mantissa))" : "\(mantissa)"
    return "\(digits)e\(Int(saturating: exponent))"
  }

  /// The shortest text that reads back as the same number, without a point if it is whole.
  public static func shortest(_ value: Double) -> String {
    Int(exactly: value).map { String($0) } ?? String(value)
  }

  /// A number rounded half away from zero to so many decimals, with a true minus sign; from 10¹⁵ on
  /// the shortest text that reads back.
  public static func rounded(_ value: Double, decimals: Int) -> String {
    let whole = (abs(value) * pow(10, Double(decimals))).rounded()
    guard whole.isFinite, whole < 1e15 else { return String(value) }
    let text = String(Int(saturating: whole))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - text.count)) + text
    let sign = value < 0 && whole > 0 ? "−" : ""
    if decimals == 0 { return sign + padded }
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// A number for a verdict: as `sentence`, but halves are rounded as the decimal expansion of the
  /// binary number says, and what is infinite is unbounded.
  public static func verdict(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return value.isNaN ? "unknown" : "unbounded" }
    if value == 0 { return "0" }
    let size = log10(abs(value)).rounded(.down)
    if size >= 6 || size < -4 {
      var mantissa = (value / pow(10, size) * pow(10, Double(digits - 1))).rounded()
      mantissa /= pow(10, Double(digits - 1))
      let exponent = abs(mantissa) >= 10 ? Int(saturating: size) + 1 : Int(saturating: size)
      if abs(mantissa) >= 10 { mantissa /= 10 }
      return "\(decimals(mantissa, places: digits - 1, trims: true))e\(exponent)"
    }
    return decimals(value, places: max(digits - 1 - Int(saturating: size), 0), trims: true)
  }

  /// A number with a fixed number of decimals; zeros at the end go where asked, and so does the sign of
  /// a zero without decimals.
  public static func decimals(_ value: Double, places: Int, trims: Bool = false) -> String {
    let text = String(format: "%.\(places)f", value)
    let shown = trims ? droppingTrailingZeros(text) : text
    return shown == "-0" ? "0" : shown
  }
}
