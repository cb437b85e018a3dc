/// Suggests the existing name that a misspelt one was probably meant to be.
public enum NearestName {
  /// The closest of the names, or nil when none is near enough to be worth suggesting.
  ///
  /// Letter case counts nothing. Near means at most two edits (or a third of the longer name), or
  /// that one name contains the other, or that they begin alike. Ties go to the first.
  public static func nearest(to name: String, among names: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().utf8.prefix(longest))
    guard !wanted.isEmpty else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in names {
      let other = Array(candidate.lowercased().utf8.prefix(longest))
      var distance = editDistance(wanted, other)
      if distance > max(2, min(wanted.count, other.count) / 3) || distance >= wanted.count {
        let short = wanted.count < other.count ? wanted : other
        let long = wanted.count < other.count ? other : wanted
        let shared = zip(short, long).prefix { $0 == $1 }.count
        let prefixed = shared >= max(4, short.count / 2)
        guard short.count >= 3, prefixed || contains(long, short) else { continue }
        distance = long.count
      }
      if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.name
  }

  /// The closest of the names as a clause, `did you mean X?`.
  public static func hint(for name: String, among names: some Sequence<String>) -> String? {
    nearest(to: name, among: names).map { "did you mean \($0)?" }
  }

  /// Names are compared up to this many bytes, which bounds the work on hostile input.
  private static let longest = 96

  private static func contains(_ long: [UInt8], _ short: [UInt8]) -> Bool {
    guard long.count >= short.count else { return false }
    return (0...(long.count - short.count)).contains { long[$0...].starts(with: short) }
  }
}
