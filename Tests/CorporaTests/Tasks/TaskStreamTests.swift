import Corpora
import Testing

@Suite struct TaskStreamTests {
  static func rows(
    _ stream: inout TaskStream, _ count: Int
  ) -> (inputs: [Int32], targets: [Int32], examples: [TaskExample]) {
    var inputs = [Int32](repeating: 99, count: count * stream.contextLength)
    var targets = inputs
    let examples = inputs.withUnsafeMutableBufferPointer { inputs in
      targets.withUnsafeMutableBufferPointer { stream.next(inputs: inputs, targets: $0) }
    }
    return (inputs, targets, examples)
  }

  @Test(arguments: TaskCatalog.names) func targetsAreTheAnswersAlone(_ name: String) throws {
    let task = try TaskCatalog.task(named: name)
    var stream = TaskStream(task, seed: 3, contextLength: task.longestExample + 4)
    let (inputs, targets, examples) = Self.rows(&stream, 20)
    #expect(examples == (0..<20).map { task.example($0, of: 3) })
    for (row, example) in examples.enumerated() {
      let range = (row * stream.contextLength)..<((row + 1) * stream.contextLength)
      let (input, target) = (Array(inputs[range]), Array(targets[range]))
      let given = Array(example.tokens.dropLast())
      #expect(Array(input.prefix(given.count)) == given)
      #expect(input.dropFirst(given.count).allSatisfy { $0 == 0 })
      #expect(target.filter { $0 != TaskStream.ignoredTarget } == example.answer)
      for (place, token) in target.enumerated() where token != TaskStream.ignoredTarget {
        #expect(example.isAnswer[place + 1] && example.tokens[place + 1] == token)
      }
    }
  }

  @Test func streamsResumeAndAreDealtOut() throws {
    let task = try Copy()
    var stream = TaskStream(task, seed: 3)
    #expect(stream.contextLength == task.longestExample - 1)
    let all = Self.rows(&stream, 9).examples
    var resumed = TaskStream(task, seed: 3, nextExample: 6)
    #expect(Self.rows(&resumed, 3).examples == Array(all[6...]))
    var dealt = TaskStream(task, seed: 3, nextExample: 2, stride: 3)
    #expect(Self.rows(&dealt, 3).examples == [all[2], all[5], all[8]])
    #expect(dealt.nextExample == 11)
  }
}
