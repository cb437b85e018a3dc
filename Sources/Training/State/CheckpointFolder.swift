import Files
import Foundation
import LanguageModels
import Tensors

/// The checkpoints of a run: folders `step-00000500` that appear whole or not at all.
///
/// A checkpoint is written to a temporary folder, forced to the disk and renamed. It holds the
/// objective's files, `optimizer.safetensors`, `state.json` and `checksums.json`, which tells a
/// damaged file from a sound one.
struct CheckpointFolder {
  let path: String

  static let state = "state.json"
  static let moments = "optimizer.safetensors"
  private static let checksums = CheckpointSums.file

  /// The steps that have checkpoints, ascending.
  var steps: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.compactMap(Self.step).sorted()
  }

  static func step(of name: String) -> Int? {
    name.hasPrefix("step-") ? Int(name.dropFirst("step-".count)) : nil
  }

  func folder(_ step: Int) -> String {
    let digits = String(step)
    return "\(path)/step-\(String(repeating: "0", count: max(8 - digits.count, 0)))\(digits)"
  }

  /// Writes a checkpoint and removes those that are too many.
  func write<Element: TensorElement>(
    _ state: TrainingState, of objective: any Objective<Element>,
    _ optimizer: Optimizer<Element>, keeping cadence: CheckpointCadence
  ) throws {
    let files = FileManager.default
    let target = folder(state.step)
    let temporary = "\(path)/.writing-\(state.step)-\(getpid())"
    try files.createDirectory(atPath: path, withIntermediateDirectories: true)
    try removeLeftovers()
    try files.createDirectory(atPath: temporary, withIntermediateDirectories: true)
    try objective.write(to: temporary)
    try Self.write(optimizer, to: "\(temporary)/\(Self.moments)")
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try RunFile.write(try encoder.encode(state), to: "\(temporary)/\(Self.state)")
    var sums: [String: String] = [:]
    for name in try files.contentsOfDirectory(atPath: temporary) {
      sums[name] = try RunFile.checksum("\(temporary)/\(name)")
    }
    try RunFile.write(try encoder.encode(sums), to: "\(temporary)/\(Self.checksums)")
    // A damaged checkpoint of the same step was passed over when this run was resumed.
    if files.fileExists(atPath: target) { try files.removeItem(atPath: target) }
    guard rename(temporary, target) == 0 else {
      throw RunFile.failure(target, "writing failed")
    }
    OpenFile.synchronizeFolder(path)
    try removeSurplus(upTo: state.step, keeping: cadence)
  }

  /// Removes checkpoints that are more than are kept, which a process that was killed between
  /// writing one and removing another leaves too.
  func removeSurplus(upTo step: Int, keeping cadence: CheckpointCadence) throws {
    let passing = steps.filter { $0 <= step && !cadence.at.contains($0) }
    for old in passing.dropLast(cadence.keep) {
      try FileManager.default.removeItem(atPath: folder(old))
    }
  }

  /// Reads a checkpoint's state if all its files are undamaged.
  func state(_ step: Int) throws -> TrainingState {
    let folder = folder(step)
    let decoder = JSONDecoder()
    func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
      guard let data = try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")),
        let value = try? decoder.decode(type, from: data)
      else { throw TrainingError(.badData, name, "the file is missing or damaged") }
      return value
    }
    let sums = try decode([String: String].self, Self.checksums)
    for name in [Self.state, Self.moments] where sums[name] == nil {
      throw TrainingError(.badData, name, "the file is missing")
    }
    for (name, sum) in sums.sorted(by: { $0.key < $1.key }) {
      guard try RunFile.checksum("\(folder)/\(name)") == sum else {
        throw TrainingError(.badData, name, "the file is damaged")
      }
    }
    let state = try decode(TrainingState.self, Self.state)
    guard state.version == TrainingState.currentVersion, state.step == step else {
      throw TrainingError(
        .badData, Self.state,
        "found version \(state.version) of step \(state.step), expected version "
          + "\(TrainingState.currentVersion) of step \(step)")
    }
    return state
  }

  func read<Element: TensorElement>(
    _ step: Int, into objective: any Objective<Element>, _ optimizer: Optimizer<Element>
  ) throws {
    let folder = folder(step)
    let file = try SafetensorsFile(path: "\(folder)/\(Self.moments)")
    try ParameterFile.check(file, optimizer.state.map { ($0.name, $0.shape) })
    try objective.read(from: folder)
    for moment in optimizer.state { try file.read(moment.name, into: moment.values) }
  }

  private static func write<Element: TensorElement>(
    _ optimizer: Optimizer<Element>, to path: String
  ) throws {
    var writer = SafetensorsWriter()
    for moment in optimizer.state {
      let values = moment.values
      writer.add(
        moment.name, shape: moment.shape, as: ParameterFile.storage(Element.self)
      ) { (buffer: UnsafeMutableBufferPointer<Element>) in _ = buffer.initialize(from: values) }
    }
    try writer.write(to: path)
  }

  /// Removes what processes that were killed while writing left behind.
  func removeLeftovers() throws {
    let files = FileManager.default
    guard files.fileExists(atPath: path) else { return }
    for name in try files.contentsOfDirectory(atPath: path) where name.hasPrefix(".writing-") {
      try files.removeItem(atPath: "\(path)/\(name)")
    }
  }
}
