import Foundation

extension Measurement {
  /// Whether rates and not only times are of interest.
  var isOfEngine: Bool { EngineBenchmark(rawValue: benchmark) != nil }
}

extension MeasurementTable {
  /// Rates of the training engine, and what they are measured by.
  func engine(_ rows: [Row]) -> String {
    let header = [
      "benchmark", "input", "program", "tokens/s", "GFLOP/s", "ours / its", "wall ms", "CPU ms",
      "peak MiB", "extra MiB",
    ]
    let lines = rows.map { row -> [String] in
      let m = row.measurement
      return [
        m.benchmark, m.input, m.program, number(m.tokensPerSecond, "%.0f"),
        number(m.gigaflopsPerSecond, "%.1f"), number(row.wallTimesOurs, "%.2f"),
        number(m.wallSeconds * 1e3, "%.4g"), number(m.cpuSeconds * 1e3, "%.4g"),
        number(m.peakMegabytes, "%.0f"), number(m.extraMegabytes, "%.1f"),
      ]
    }
    return ([Self.table(header, lines)] + [shares, attention].filter { !$0.isEmpty })
      .joined(separator: "\n\n")
  }

  /// The largest model's rate as a share of that of the machine's matrix products.
  private var shares: String {
    guard
      let step = measurements.first(where: {
        $0.benchmark == "train" && $0.input == "6x256" && $0.program == "allometry"
      }), let rate = step.gigaflopsPerSecond
    else { return "" }
    let products = measurements.filter { $0.benchmark == "sgemm" }
    let lines = products.compactMap { product -> String? in
      guard let most = product.gigaflopsPerSecond else { return nil }
      return "- \(number(100 * rate / most, "%.0f")) % of \(number(most, "%.0f")) GFLOP/s, "
        + "products of \(product.program), order \(product.input)"
    }
    return lines.isEmpty
      ? ""
      : (["Training 6x256 at \(number(rate, "%.0f")) GFLOP/s (6N a token) is"] + lines)
        .joined(separator: "\n")
  }

  /// Attention's time over that of its products, and its memory over that of half the length.
  private var attention: String {
    let ours = measurements.filter { $0.benchmark == "attention" && $0.program == "allometry" }
    let fastest = measurements.filter { $0.benchmark == "sgemm" && $0.program == "allometry" }
      .compactMap(\.gigaflopsPerSecond).max()
    return ours.map { m in
      let strict = fastest.flatMap { rate in m.gigaflopsPerSecond.map { rate / $0 } }
      return
        "- attention, \(m.input): \(number(m.results["timesProducts"], "%.2f")) times its matrix "
        + "products"
        + (strict.map { ", \(number($0, "%.2f")) times them at the rate of square products" } ?? "")
        + "; \(number(m.extraMegabytes, "%.1f")) MiB, of which "
        + "\(number(m.results["inputMegabytes"], "%.1f")) MiB are the input"
    }.joined(separator: "\n")
  }
}
