import Foundation

/// The time of one program on one input; one line of JSON. The peers write the same fields.
struct Measurement: Codable {
  /// The benchmark: `chinchilla`, `train` and so on.
  var benchmark: String
  /// The input on which programs are compared.
  var input: String
  /// `allometry` or the peer.
  var program: String
  /// The lowest wall time in seconds; of an engine's step, generation or pass.
  var wallSeconds: Double
  /// The lowest CPU time over all threads or processes, in seconds.
  var cpuSeconds: Double
  /// How many times the work was done.
  var repetitions: Int
  /// The largest resident set in MiB, where it is of interest.
  var peakMegabytes: Double?
  /// MiB by which the largest resident set grew over the inputs alone.
  var extraMegabytes: Double?
  /// Tokens trained on or generated in a second.
  var tokensPerSecond: Double?
  /// 10⁹ floating-point operations a second: exact for products and attention, 6N a token else.
  var gigaflopsPerSecond: Double?
  /// What the work found, so that equal work can be told from equal time.
  var results: [String: Double]
  /// What a reader must know before comparing.
  var note: String

  func line() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
