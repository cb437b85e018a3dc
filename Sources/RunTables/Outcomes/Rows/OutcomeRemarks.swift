/// What is to be told of the cells of a table of outcomes, counted while it is read.
struct OutcomeRemarks: Sendable {
  var unjudged = 0
  var withoutAnswer = 0
  /// Answers that are words which often stand for nothing, such as `None`.
  var wordsForNothing: [String: Int] = [:]
  /// Rows with lists, and the attempts in them.
  var listed = (rows: 0, attempts: 0)
  /// Rows that count their attempts, and the attempts in them.
  var counted = (rows: 0, attempts: 0)
  /// Rows with one grade beside several answers.
  var oneGradeOfSeveral = 0

  mutating func add(_ other: OutcomeRemarks) {
    unjudged += other.unjudged
    withoutAnswer += other.withoutAnswer
    wordsForNothing.merge(other.wordsForNothing, uniquingKeysWith: +)
    listed = (listed.rows + other.listed.rows, listed.attempts + other.listed.attempts)
    counted = (counted.rows + other.counted.rows, counted.attempts + other.counted.attempts)
    oneGradeOfSeveral += other.oneGradeOfSeveral
  }

  func notes(_ schema: OutcomeSchema) -> [String] {
    var notes: [String] = []
    if schema.contains(.answer), schema.answers != .exact {
      notes.append(
        schema.answers == .math
          ? "answers that are equal as numbers or simple LaTeX are equal votes (--answers exact "
            + "compares their text)"
          : "answers that are equal as numbers are equal votes (--answers exact compares their text)"
      )
    } else if schema.contains(.answer) {
      notes.append("answers are compared as text, so that 1 and 1.0 differ")
    }
    if withoutAnswer > 0 {
      let words = schema.noAnswer.map { "\"\(String(decoding: $0, as: UTF8.self))\"" }
      notes.append(
        "\(withoutAnswer) \(withoutAnswer == 1 ? "answer is" : "answers are") \(words.joined(separator: " or ")), which counts as no answer"
      )
    }
    for (word, count) in wordsForNothing.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      notes.append(
        "\(count) \(count == 1 ? "answer is" : "answers are") the word \(word), taken as an answer; "
          + "if it means that there is none, --no-answer \(word)")
    }
    if unjudged > 0 {
      notes.append(
        "\(unjudged) \(unjudged == 1 ? "attempt" : "attempts") that ran out of time or into an error "
          + "\(unjudged == 1 ? "counts" : "count") as wrong")
    }
    if listed.rows > 0 {
      notes.append(
        "\(listed.rows) \(listed.rows == 1 ? "row holds lists of" : "rows hold lists of") attempts; "
          + "they are read as \(listed.attempts) attempts")
    }
    if counted.rows > 0 {
      notes.append(
        "\(counted.rows) \(counted.rows == 1 ? "row counts" : "rows count") attempts; they are read as "
          + "\(counted.attempts) attempts, the right ones first, for their order is not known")
    }
    if oneGradeOfSeveral > 0 {
      notes.append(
        "\(oneGradeOfSeveral) \(oneGradeOfSeveral == 1 ? "row has" : "rows have") one grade beside several "
          + "answers: each is read as one attempt without an answer, and a list of grades, one an answer, "
          + "would make several of it")
    }
    return notes
  }
}
