internal import Foundation

/// Between the loss that training reports, nats per token, and bits per byte of text, in which
/// models with different vocabularies can be compared.
///
/// `bits per byte = nats per token / (ln 2 · bytes per token)`. Bytes are those of the text, so
/// the end of text, a token of no bytes, adds to the nats and not to the bytes.
public enum BitsPerByte {
  /// Bits per byte of the sum of −ln p over all targets, those of the end of text included, which
  /// stand for so many bytes.
  public static func bitsPerByte(nats: Double, byteCount: Int) -> Double {
    nats / (Double(byteCount) * log(2))
  }

  /// Bits per byte of the mean of −ln p over all targets, which stand for so many bytes on average.
  public static func bitsPerByte(natsPerToken: Double, bytesPerToken: Double) -> Double {
    natsPerToken / (bytesPerToken * log(2))
  }

  /// The mean loss in nats per token that corresponds to bits per byte.
  public static func natsPerToken(bitsPerByte: Double, bytesPerToken: Double) -> Double {
    bitsPerByte * bytesPerToken * log(2)
  }
}
