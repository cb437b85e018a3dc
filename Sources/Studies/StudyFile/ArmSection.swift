internal import Cards
internal import Quantities
internal import Treatments
internal import Yams

/// The arms of a study file.
enum ArmSection {
  /// The baseline: its name, and what all arms have.
  ///
  ///     baseline:
  ///       name: plain
  ///       use: [qk-norm]
  static func baseline(_ file: YAMLSection) throws(StudyFileError) -> Arm {
    guard let section = try file.section("baseline", known: ["name", "use"]) else {
      return Arm(name: "baseline")
    }
    let name = try section.text("name") ?? "baseline"
    if let problem = problem(withArm: name) {
      throw section.failure("name", "the arm's name \(problem)")
    }
    return Arm(name: name, choices: try uses(section, "use"))
  }

  /// What keeps a text from being the name of an arm; nil for nothing. Options of treatments, which
  /// are a part of it, may have slashes.
  private static func problem(withArm name: String) -> String? {
    StudyFile.problem(withName: name.replacing("/", with: "_"))
  }

  /// The treated arms; each has what the baseline has and then its own.
  ///
  ///     treatments:
  ///       - gated-attention
  ///       - gated-attention: {granularity: head}
  ///       - name: both
  ///         use: [qk-norm, {gated-attention: {granularity: head}}]
  static func arms(
    _ file: YAMLSection, after baseline: Arm, mayBeNone: Bool
  ) throws(StudyFileError) -> [Arm] {
    if mayBeNone, file.node("treatments") == nil { return [] }
    guard let nodes = file.list("treatments"), !nodes.isEmpty else {
      throw file.failure(nil, "the section treatments is missing: expected at least one treatment")
    }
    var arms: [Arm] = []
    for node in nodes {
      var name: String
      var own: [TreatmentChoice]
      if let mapping = node.mapping, mapping.contains(where: { $0.key.scalar?.string == "use" }) {
        let section = try YAMLSection(
          node, name: "treatments", file: file.file, known: ["name", "use"])
        own = try uses(section, "use")
        guard !own.isEmpty else { throw section.failure("use", "expected at least one treatment") }
        name = try section.text("name") ?? own.map(\.card.name).joined(separator: " + ")
      } else {
        let one = try treatment(node, "treatments", file)
        own = [one.choice]
        name = one.label
      }
      if let problem = problem(withArm: name) {
        throw YAMLSection.failure(file.file, node, "treatments: the arm's name \(problem)")
      }
      let taken = arms.map(\.name) + [baseline.name]
      if taken.contains(name) {
        throw YAMLSection.failure(
          file.file, node, "treatments: two arms are called \(name); give one a name of its own")
      }
      let all = (baseline.choices + own).map(\.card.name)
      if let twice = all.indices.first(where: { all[..<$0].contains(all[$0]) }) {
        throw YAMLSection.failure(
          file.file, node, "treatments: the arm \(name) has \(all[twice]) twice")
      }
      arms.append(Arm(name: name, choices: baseline.choices + own))
    }
    return arms
  }

  private static func uses(
    _ section: YAMLSection, _ key: String
  ) throws(StudyFileError) -> [TreatmentChoice] {
    var choices: [TreatmentChoice] = []
    for node in section.list(key) ?? [] {
      choices.append(try treatment(node, section.place(key), section).choice)
    }
    return choices
  }

  /// A name alone, or a name with options.
  private static func treatment(
    _ node: Node, _ place: String, _ section: YAMLSection
  ) throws(StudyFileError) -> (label: String, choice: TreatmentChoice) {
    let name: String
    var values: [String: OptionValue] = [:]
    var label: String
    if let word = node.scalar?.string, !word.isEmpty {
      name = word
      label = word
    } else if let mapping = node.mapping, mapping.count == 1, let (key, value) = mapping.first,
      let word = key.scalar?.string
    {
      name = word
      label = word
      if value.scalar?.string.isEmpty != true {
        let options = try YAMLSection(
          value, name: "\(place).\(word)", file: section.file, known: nil)
        for key in options.keys {
          guard let node = options.node(key) else { continue }
          values[key] = try option(node, key, options)
        }
        let texts = values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }
        if !texts.isEmpty { label += "(\(texts.joined(separator: ",")))" }
      }
    } else {
      throw YAMLSection.failure(
        section.file, node,
        "\(place): expected a treatment's name, or its name with options as in "
          + "gated-attention: {granularity: head}")
    }
    do throws(TreatmentError) {
      return (label, try TreatmentCatalog.choice(named: name, values))
    } catch {
      throw YAMLSection.failure(section.file, node, error.description)
    }
  }

  private static func option(
    _ node: Node, _ key: String, _ section: YAMLSection
  ) throws(StudyFileError) -> OptionValue {
    guard let scalar = node.scalar else { throw section.wrong(key, node, "a single value") }
    if scalar.style == .plain {
      if let flag = node.bool { return .flag(flag) }
      if let number = NumberReader.number(scalar.string, lowerCase: false) {
        return .number(number)
      }
    }
    return .word(scalar.string)
  }
}
