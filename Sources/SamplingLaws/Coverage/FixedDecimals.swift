internal import Quantities
internal import RealModule

extension Double {
  func fixed(_ decimals: Int) -> String {
    let scale = Double.pow(10, decimals)
    let whole = (abs(self) * scale).rounded()
    guard whole.isFinite, whole < 1e15 else { return String(self) }
    let text = String(Int(saturating: whole))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - text.count)) + text
    let sign = self < 0 && whole > 0 ? "−" : ""
    if decimals == 0 { return sign + padded }
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }
}
