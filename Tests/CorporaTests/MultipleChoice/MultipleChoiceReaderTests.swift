import Corpora
import Foundation
import TestSupport
import Testing

@Suite struct MultipleChoiceReaderTests {
  @Test func readsIndicesAndTexts() throws {
    let text = """
      {"prompt": "2 + 2 =", "choices": ["3", "4"], "answer": 1}

      {"choices": ["né", "\\u00e9"], "answer": "\\u00e9", "prompt": "é\\n?", "source": "here"}\r
      """
    let questions = try MultipleChoiceReader.questions(in: Array(text.utf8))
    #expect(
      questions == [
        MultipleChoiceQuestion(prompt: "2 + 2 =", choices: ["3", "4"], answer: 1),
        MultipleChoiceQuestion(prompt: "é\n?", choices: ["né", "é"], answer: 1),
      ])
    #expect(try MultipleChoiceReader.questions(in: []).isEmpty)
  }

  @Test(arguments: [
    (#"{"prompt": "a", "choices": ["b"]}"#, "has no \"answer\""),
    (#"{"choices": ["b"], "answer": 0}"#, "has no \"prompt\""),
    (#"{"prompt": "a", "answer": 0}"#, "has no \"choices\""),
    (#"{"prompt": 3, "choices": ["b"], "answer": 0}"#, "\"prompt\" is not a text"),
    (#"{"prompt": "a", "choices": "b", "answer": 0}"#, "\"choices\" is not a list of texts"),
    (#"{"prompt": "a", "choices": ["b", 1], "answer": 0}"#, "\"choices\" is not a list of texts"),
    (
      #"{"prompt": "a", "choices": ["b"], "answer": [0]}"#,
      "\"answer\" is not the index of a choice or its text"
    ),
    (
      #"{"prompt": "a", "choices": ["b"], "answer": 0.5}"#,
      "\"answer\" is not the index of a choice or its text"
    ),
    (#"{"prompt": "a", "choices": ["b"], "answer": null}"#, "\"answer\" holds null"),
    (#"{"prompt": "a", "choices": [], "answer": 0}"#, "\"choices\" is empty"),
    (#"{"prompt": "a", "choices": ["b", "b"], "answer": 0}"#, "\"choices\" has \"b\" twice"),
    (#"{"prompt": "a", "choices": ["b", ""], "answer": 0}"#, "\"choices\" has an empty text"),
    (
      #"{"prompt": "a", "choices": ["b", "c"], "answer": 2}"#, "\"answer\" is 2; expected 0 to 1"
    ),
    (
      #"{"prompt": "a", "choices": ["b"], "answer": "c"}"#,
      "\"answer\" is \"c\", which is none of the choices"
    ),
    (#"["prompt"]"#, "is no JSON object"),
    (#"{"prompt": "a""#, "is no valid JSON"),
    ("prompt", "is no valid JSON"),
  ])
  func saysWhichLineIsWrong(_ line: String, _ problem: String) {
    let good = #"{"prompt": "a", "choices": ["b"], "answer": 0}"#
    #expect(throws: MultipleChoiceError.line(number: 3, problem: problem)) {
      try MultipleChoiceReader.questions(in: Array("\(good)\n\n\(line)\n".utf8))
    }
  }

  @Test func filesAreReadFromTheirPath() throws {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let path = scratch.path("choices.jsonl")
    try Data(#"{"prompt": "a", "choices": ["b"], "answer": 0}"#.utf8)
      .write(to: URL(fileURLWithPath: path))
    #expect(try MultipleChoiceReader.questions(atPath: path).count == 1)
    #expect(throws: MultipleChoiceError.file(path: path + "x", problem: "cannot be read")) {
      try MultipleChoiceReader.questions(atPath: path + "x")
    }
  }

  @Test func questionsAreEncodedApart() {
    let question = MultipleChoiceQuestion(prompt: "ab", choices: ["c", "é"], answer: 1)
    let item = question.encoded { text in text.utf8.map(Int32.init) }
    #expect(item.prompt == [97, 98])
    #expect(item.choices == [[32, 99], [32, 195, 169]])
    #expect(item.byteCounts == [2, 3])
    #expect(item.answer == 1)
    #expect(question.encoded(separator: "") { _ in [] }.byteCounts == [1, 2])
  }
}
