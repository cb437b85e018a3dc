/// The words of a text as sequences of tokens, with the frequency of every pair of neighbours kept
/// up to date while pairs are merged.
struct PairLearner {
  struct Pair: Hashable {
    var left: Int32
    var right: Int32
  }

  private struct Candidate: Comparable {
    var count: Int
    var pair: Pair

    /// In the order of merging: more frequent ones, then smaller tokens.
    static func < (one: Candidate, other: Candidate) -> Bool {
      if one.count != other.count { return one.count > other.count }
      if one.pair.left != other.pair.left { return one.pair.left < other.pair.left }
      return one.pair.right < other.pair.right
    }
  }

  private var symbols: [Int32] = []
  private var starts: [Int] = [0]
  private var lengths: [Int] = []
  private let wordCounts: [Int]
  private var pairs: [Pair: Int] = [:]
  private var pairCounts: [Int] = []
  /// The words in which each pair has occurred at some time, in the order of finding.
  private var places: [[Int32]] = []
  private var heap = Heap<Candidate>()

  init(words: ByteStringTable, counts: [Int]) {
    var tokens = [Int32](repeating: 0, count: 256)
    for (token, byte) in ByteAlphabet.order.enumerated() { tokens[Int(byte)] = Int32(token) }
    wordCounts = counts
    for word in 0..<words.count {
      for byte in words[word] { symbols.append(tokens[Int(byte)]) }
      lengths.append(symbols.count - starts[word])
      starts.append(symbols.count)
    }
    for word in 0..<words.count where lengths[word] > 1 {
      for index in starts[word]..<(starts[word + 1] - 1) {
        let pair = number(of: Pair(left: symbols[index], right: symbols[index + 1]))
        pairCounts[pair] += counts[word]
        if places[pair].last != Int32(word) { places[pair].append(Int32(word)) }
      }
    }
    for (pair, index) in pairs { heap.push(Candidate(count: pairCounts[index], pair: pair)) }
  }

  /// The most frequent pair; nil when no word has two tokens any more.
  ///
  /// Counts in the heap may be too high, never too low: a candidate that has lost occurrences
  /// goes back with its present count.
  mutating func mostFrequent() -> Pair? {
    while let candidate = heap.pop() {
      guard let index = pairs[candidate.pair] else { continue }
      let count = pairCounts[index]
      if count <= 0 { continue }
      if count == candidate.count { return candidate.pair }
      if count < candidate.count { heap.push(Candidate(count: count, pair: candidate.pair)) }
    }
    return nil
  }

  /// Replaces a pair by a token wherever it occurs, from left to right.
  mutating func merge(_ pair: Pair, into token: Int32) {
    guard let merged = pairs[pair] else { return }
    let words = places[merged]
    places[merged] = []
    var touched: [Int] = []
    for word in words {
      let word = Int(word)
      let start = starts[word]
      let length = lengths[word]
      let count = wordCounts[word]
      var read = 0
      var write = 0
      while read < length {
        let symbol = symbols[start + read]
        guard symbol == pair.left, read + 1 < length, symbols[start + read + 1] == pair.right
        else {
          symbols[start + write] = symbol
          write += 1
          read += 1
          continue
        }
        if write > 0 {
          let before = symbols[start + write - 1]
          change(Pair(left: before, right: pair.left), by: -count)
          touched.append(add(Pair(left: before, right: token), count: count, word: word))
        }
        if read + 2 < length {
          let after = symbols[start + read + 2]
          change(Pair(left: pair.right, right: after), by: -count)
          touched.append(add(Pair(left: token, right: after), count: count, word: word))
        }
        symbols[start + write] = token
        write += 1
        read += 2
      }
      lengths[word] = write
    }
    pairCounts[merged] = 0
    for index in Set(touched) where pairCounts[index] > 0 {
      heap.push(Candidate(count: pairCounts[index], pair: pairList[index]))
    }
  }

  private var pairList: [Pair] = []

  private mutating func number(of pair: Pair) -> Int {
    if let index = pairs[pair] { return index }
    let index = pairCounts.count
    pairs[pair] = index
    pairList.append(pair)
    pairCounts.append(0)
    places.append([])
    return index
  }

  private mutating func change(_ pair: Pair, by count: Int) {
    if let index = pairs[pair] { pairCounts[index] += count }
  }

  private mutating func add(_ pair: Pair, count: Int, word: Int) -> Int {
    let index = number(of: pair)
    pairCounts[index] += count
    if places[index].last != Int32(word) { places[index].append(Int32(word)) }
    return index
  }
}
