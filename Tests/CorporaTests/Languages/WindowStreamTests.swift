import Corpora
import Statistics
import Testing

@Suite struct WindowStreamTests {
  static let languages: [any SyntheticLanguage] = {
    let grammar: (any SyntheticLanguage)? = try? ZipfGrammar(seed: 1)
    let source: (any SyntheticLanguage)? = try? MarkovSource(
      vocabularyCount: 20, order: 2, rows: .zipf(exponent: 1.2), seed: 1)
    return [grammar, source].compactMap { $0 }
  }()

  @Test func bothLanguagesAreThere() { #expect(Self.languages.count == 2) }

  @Test(arguments: 0..<2) func streamsResumeAnywhere(_ index: Int) {
    let language = Self.languages[index]
    var stream = WindowStream(language, seed: 5, windowLength: 17)
    let windows = stream.windows(10)
    #expect(stream.nextWindow == 10)
    var resumed = WindowStream(language, seed: 5, windowLength: 17, nextWindow: 7)
    #expect(resumed.windows(3) == Array(windows[7...]))
    var second = WindowStream(language, seed: 5, windowLength: 17, nextWindow: 1, stride: 3)
    #expect(second.windows(3) == [windows[1], windows[4], windows[7]])
    #expect(windows[4] == language.window(4, of: 5, tokens: 17))
    var other = WindowStream(language, seed: 6, windowLength: 17)
    #expect(other.windows(10) != windows)
    #expect(Set(windows).count == 10)
  }

  @Test(arguments: 0..<2) func buffersAreFilledRowByRow(_ index: Int) {
    let language = Self.languages[index]
    var stream = WindowStream(language, seed: 5, windowLength: 9)
    var buffer = [Int32](repeating: -7, count: 4 * 9)
    buffer.withUnsafeMutableBufferPointer { stream.write(into: $0) }
    var again = WindowStream(language, seed: 5, windowLength: 9)
    #expect(buffer == again.windows(4).flatMap { $0 })
    #expect(buffer.allSatisfy { $0 >= 0 && $0 < Int32(language.vocabularyCount) })
    #expect(stream.nextWindow == 4)
  }

  @Test(arguments: 0..<2) func aLongerWindowBeginsLikeAShorterOne(_ index: Int) {
    let language = Self.languages[index]
    let long = language.window(3, of: 8, tokens: 100)
    for count in [1, 2, 3, 50] {
      #expect(language.window(3, of: 8, tokens: count) == Array(long.prefix(count)))
    }
    #expect(language.window(0, of: 0, tokens: 0).isEmpty)
  }

  @Test(arguments: 0..<2) func lossesOfAPrefixAreAPrefix(_ index: Int) {
    let language = Self.languages[index]
    let window = language.window(3, of: 8, tokens: 60)
    let losses = language.logLosses(of: window.span)
    #expect(losses.count == 59)
    #expect(losses.allSatisfy { $0 >= 0 && $0.isFinite })
    let shorter = Array(window.prefix(20))
    #expect(language.logLosses(of: shorter.span) == Array(losses.prefix(19)))
  }

  @Test(arguments: 0..<2) func targetsAreInputsShiftedByOne(_ index: Int) {
    let language = Self.languages[index]
    var stream = WindowStream(language, seed: 5, windowLength: 9)
    var inputs = [Int32](repeating: -7, count: 3 * 8)
    var targets = inputs
    inputs.withUnsafeMutableBufferPointer { inputs in
      targets.withUnsafeMutableBufferPointer { stream.next(inputs: inputs, targets: $0) }
    }
    for row in 0..<3 {
      let window = language.window(row, of: 5, tokens: 9)
      let range = (row * 8)..<((row + 1) * 8)
      #expect(Array(inputs[range]) == Array(window.dropLast()))
      #expect(Array(targets[range]) == Array(window.dropFirst()))
    }
    #expect(stream.nextWindow == 3)
  }

  @Test(arguments: 0..<2) func theIdealLossOfASampleIsItsMean(_ index: Int) {
    let language = Self.languages[index]
    // Windows of different lengths: every target counts the same.
    let windows = (1...30).map { language.window($0, of: 2, tokens: 10 + $0) }
    let losses = windows.flatMap { language.logLosses(of: $0.span) }
    let mean = losses.reduce(0, +) / Double(losses.count)
    #expect(abs(language.idealLoss(of: windows) - mean) < 1e-12)
    #expect(abs(language.idealLoss(targets: 40) - mean) < 0.5)
  }
}
