extension TaskAlphabet {
  /// The one right answer to a prompt in which a value follows each key: a blank after a key takes
  /// the value that the key had last, one after another token what is `known`. Nothing where a key
  /// without a value is asked for, or nothing is asked.
  func recalled(
    in prompt: [Int32], otherwise known: (Int32) -> Int32? = { _ in nil }
  ) -> [[Int32]] {
    var memory: [Int32: Int32] = [:]
    var answer: [Int32] = []
    for (token, next) in zip(prompt, prompt.dropFirst()) {
      if next != TaskExample.blank {
        if contains(token) { memory[token] = next }
      } else if contains(token) {
        guard let value = memory[token] else { return [] }
        answer.append(value)
      } else if let value = known(token) {
        answer.append(value)
      }
    }
    return answer.isEmpty ? [] : [answer]
  }
}
