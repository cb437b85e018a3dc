/// What guessing scores on well-known tasks of multiple choice: one over the number of choices.
///
/// It is offered and never used without being asked for, because the name of a column does not say
/// which of a task's metrics it holds.
enum KnownChances {
  private static let choices: [String: Double] = [
    "arc_easy": 0.25, "arc_challenge": 0.25, "arc_e": 0.25, "arc_c": 0.25, "arc": 0.25,
    "ai2_arc": 0.25, "piqa": 0.5, "hellaswag": 0.25, "winogrande": 0.5, "wsc": 0.5, "wsc273": 0.5,
    "boolq": 0.5, "openbookqa": 0.25, "obqa": 0.25, "mmlu": 0.25, "sciq": 0.25, "copa": 0.5,
    "rte": 0.5, "wic": 0.5, "race": 0.25, "siqa": 0.3333, "social_iqa": 0.3333, "socialiqa": 0.3333,
    "commonsense_qa": 0.2, "csqa": 0.2, "cb": 0.3333, "logiqa": 0.25, "mathqa": 0.2, "qnli": 0.5,
    "mrpc": 0.5, "sst2": 0.5, "truthfulqa_mc1": 0.25, "xcopa": 0.5, "xstorycloze": 0.5,
    "storycloze": 0.5, "swag": 0.25, "medmcqa": 0.25, "cmmlu": 0.25, "ceval": 0.25,
    "mmlu_pro": 0.1, "gpqa": 0.25, "blimp": 0.5, "lsat": 0.2, "anli_r1": 0.3333, "mnli": 0.3333,
  ]

  /// The chance of a task by its name; nil where it is not known.
  static func chance(of task: String) -> Double? {
    let name = task.lowercased().replacing("-", with: "_").replacing(" ", with: "_")
    if let known = choices[name] { return known }
    // `arc_easy_5shot`, `mmlu_anatomy`, `lm_eval/piqa/acc`: the longest known name at a word's edge.
    let words = name.split { !$0.isLetter && !$0.isNumber }.map(String.init)
    for length in stride(from: min(words.count, 3), through: 1, by: -1) {
      for start in 0...(words.count - length) {
        let part = words[start..<(start + length)].joined(separator: "_")
        if let known = choices[part] { return known }
      }
    }
    return nil
  }

  /// What is said of tasks whose chance was not given, by name with the lowest and highest score of
  /// each: those that are known, and those whose scores stay above what guessing among a few
  /// choices gives. Nil where there is nothing to say.
  static func hint(_ tasks: [(name: String, lowest: Double, highest: Double)]) -> String? {
    let proportions = tasks.filter { $0.lowest >= 0 && $0.highest <= 1 }
    let known = proportions.compactMap { task in chance(of: task.name).map { (task.name, $0) } }
    if !known.isEmpty {
      let pairs = known.map { "\(mapName($0.0))=\(spelling($0.1))" }
      // Long lists break at blanks, which quotes allow.
      let short = pairs.joined(separator: ",")
      let list = short.count <= 60 ? short : "'\(pairs.joined(separator: ", "))'"
      return
        "no --chance was given for \(known.count == 1 ? "a task" : "tasks") of multiple choice, so that "
        + "the verdicts and forecasts may take guessing for skill; guessing usually scores: --chance \(list)"
    }
    let levels = [0.2, 0.25, 1.0 / 3, 0.5]
    let bounded = proportions.filter { task in
      levels.contains { abs(task.lowest - $0) < 0.03 }
    }
    guard let first = bounded.first else { return nil }
    return
      "the lowest scores of \(bounded.map(\.name).joined(separator: ", ")) are near those of guessing "
      + "among a few choices; if \(bounded.count == 1 ? "it is" : "they are") of multiple choice, --chance "
      + "\(mapName(first.name))=\(spelling(levels.min { abs(first.lowest - $0) < abs(first.lowest - $1) } ?? 0.25))"
  }

  private static func mapName(_ name: String) -> String { name.contains(" ") ? "'\(name)'" : name }

  private static func spelling(_ chance: Double) -> String {
    abs(chance - 1.0 / 3) < 0.01 ? "0.333" : "\(chance)"
  }
}
