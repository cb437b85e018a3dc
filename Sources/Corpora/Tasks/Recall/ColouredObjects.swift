public import Cards
internal import Foundation
public import Statistics

/// Coloured objects: which colour the object asked for has.
///
/// `c₁ o₁ c₂ o₂ c₃ o₃ ASK o_j` asks for c_j; the other colours are there to distract.
public struct ColouredObjects: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "coloured-objects",
    summary: "colours with objects, then one of the objects: answer with its colour",
    source: "T-COBJ of the training catalogue [192]",
    knobs: [
      .whole("items", 3, in: 1...1024, harder: .up, "objects in an example"),
      .whole("objects", 16, in: 1...4096, "different objects, at least `items`"),
      .whole("colours", 16, in: 2...4096, harder: .up, "different colours, at least `items`"),
    ])

  private static let ask: Int32 = 1

  /// The knobs in force.
  public let knobs: OptionValues
  private let items: Int
  private let objects: TaskAlphabet
  private let colours: TaskAlphabet

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    items = knobs.whole("items")
    objects = TaskAlphabet(after: 2, count: knobs.whole("objects"))
    colours = TaskAlphabet(after: objects.end, count: knobs.whole("colours"))
    try Self.require(items <= objects.count, "\(items) items need as many objects")
    try Self.require(items <= colours.count, "\(items) items need as many colours")
  }

  /// The start, the question, objects and colours.
  public var vocabularyCount: Int { colours.end }
  /// The length of every example.
  public var longestExample: Int { 4 + 2 * items }
  /// The colours.
  public var answerAlphabet: [Int32] { colours.tokens }
  /// One in so many colours.
  public var chanceLevel: Double { tokenChanceLevel }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    let things = objects.distinct(items, &random)
    let paints = colours.distinct(items, &random)
    let asked = random.nextIndex(below: items)
    var tokens: [Int32] = [0]
    for (paint, thing) in zip(paints, things) { tokens += [paint, thing] }
    tokens += [Self.ask, things[asked], paints[asked]]
    return TaskExample(tokens: tokens, answerPositions: [tokens.count - 1])
  }

  /// Returns the colour before the first mention of the object asked for.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    guard prompt.count == longestExample,
      let mention = prompt.firstIndex(of: prompt[prompt.count - 2]),
      mention > 1, mention < prompt.count - 3, colours.contains(prompt[mention - 1])
    else { return [] }
    return [[prompt[mention - 1]]]
  }
}
