internal import Files
internal import Foundation

/// Reads multiple-choice questions from JSON lines: one object a line.
///
/// An object has `"prompt"` (text), `"choices"` (texts that differ, at least one) and `"answer"`:
/// the index of the right choice counted from 0, or its text. Other keys are ignored, so that
/// files may carry names and sources; empty lines are skipped.
public enum MultipleChoiceReader {
  /// The questions of a file; throws `MultipleChoiceError` if it cannot be read or has a line that
  /// is none.
  public static func questions(
    atPath path: String
  ) throws(MultipleChoiceError) -> [MultipleChoiceQuestion] {
    guard let data = RegularFile.contents(atPath: path) else {
      throw .file(path: path, problem: "cannot be read")
    }
    if let pointer = GitLFSPointer(data) { throw .file(path: path, problem: pointer.problem) }
    return try questions(in: Array(data))
  }

  /// The questions in the bytes of a file; throws `MultipleChoiceError` for the first line that is
  /// none.
  public static func questions(
    in bytes: [UInt8]
  ) throws(MultipleChoiceError) -> [MultipleChoiceQuestion] {
    var questions: [MultipleChoiceQuestion] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
      guard !isBlank else { continue }
      do {
        questions.append(try question(in: Data(line)))
      } catch {
        throw .line(number: index + 1, problem: error.problem)
      }
    }
    return questions
  }

  private static func question(in line: Data) throws(Complaint) -> MultipleChoiceQuestion {
    let parsed: Line
    do {
      parsed = try JSONDecoder().decode(Line.self, from: line)
    } catch let error as DecodingError {
      throw Complaint(error)
    } catch {
      throw Complaint(problem: "is no JSON object")
    }
    guard !parsed.choices.isEmpty else { throw Complaint(problem: "\"choices\" is empty") }
    var seen: Set<String> = []
    if let twice = parsed.choices.first(where: { !seen.insert($0).inserted }) {
      throw Complaint(problem: "\"choices\" has \"\(twice)\" twice")
    }
    if parsed.choices.contains("") { throw Complaint(problem: "\"choices\" has an empty text") }
    let answer: Int
    switch parsed.answer {
    case .index(let index):
      guard parsed.choices.indices.contains(index) else {
        throw Complaint(
          problem: "\"answer\" is \(index); expected 0 to \(parsed.choices.count - 1)")
      }
      answer = index
    case .text(let text):
      guard let index = parsed.choices.firstIndex(of: text) else {
        throw Complaint(problem: "\"answer\" is \"\(text)\", which is none of the choices")
      }
      answer = index
    }
    return MultipleChoiceQuestion(prompt: parsed.prompt, choices: parsed.choices, answer: answer)
  }
}

private struct Complaint: Error {
  var problem: String

  init(problem: String) { self.problem = problem }

  init(_ error: DecodingError) {
    func place(_ context: DecodingError.Context) -> String {
      context.codingPath.first.map { "\"\($0.stringValue)\"" } ?? "the line"
    }
    switch error {
    case .keyNotFound(let key, _):
      problem = "has no \"\(key.stringValue)\""
    case .valueNotFound(_, let context):
      problem = "\(place(context)) holds null"
    case .typeMismatch(_, let context) where context.codingPath.isEmpty:
      problem = "is no JSON object"
    case .typeMismatch(_, let context):
      let expected: [String: String] = [
        "prompt": "a text", "choices": "a list of texts",
        "answer": "the index of a choice or its text",
      ]
      let key = context.codingPath[0].stringValue
      problem = "\"\(key)\" is not \(expected[key] ?? "what it should be")"
    case .dataCorrupted:
      problem = "is no valid JSON"
    @unknown default:
      problem = "is no JSON object"
    }
  }
}

private struct Line: Decodable {
  enum Answer: Decodable {
    case index(Int)
    case text(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let index = try? container.decode(Int.self) {
        self = .index(index)
      } else {
        self = .text(try container.decode(String.self))
      }
    }
  }

  var prompt: String
  var choices: [String]
  var answer: Answer
}
