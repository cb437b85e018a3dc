internal import Files

/// The name of a run by its content: a hash of everything that decides what comes out of it.
///
/// The same definition has the same identity in every process and on every machine, so that a
/// finished run is never repeated, whichever study asks for it.
public struct RunIdentity: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Thirty-two hexadecimal digits.
  public let description: String

  /// The identity of a definition.
  public init(of definition: String) {
    var hash = IdentityHash()
    hash.append(definition)
    self = hash.identity
  }

  fileprivate init(digits: String) { description = digits }

  /// An identity as it was written; nil unless it is thirty-two hexadecimal digits.
  public init?(_ description: String) {
    guard description.utf8.count == 32, description.allSatisfy(\.isHexDigit) else { return nil }
    self.description = description.lowercased()
  }

  /// In the order of the digits.
  public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

/// The hash behind an identity, fed with a text piece by piece.
public struct IdentityHash: Sendable {
  // FNV-1a of 128 bits: nobody gains by a collision, so it need not be a cryptographic hash.
  private static let prime: UInt128 = (1 << 88) + 0x13B
  private var hash: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D

  /// The hash of nothing yet.
  public init() {}

  /// Takes in the next piece.
  public mutating func append(_ text: String) {
    for byte in text.utf8 { hash = (hash ^ UInt128(byte)) &* Self.prime }
  }

  /// The identity of all pieces, one after the other.
  public var identity: RunIdentity {
    RunIdentity(digits: hash.hexadecimal)
  }
}

extension RunIdentity: Codable {
  /// Reads the digits.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let identity = RunIdentity(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected 32 hexadecimal digits, found \(text)")
    }
    self = identity
  }

  /// Writes the digits.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
