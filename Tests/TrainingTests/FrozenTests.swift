import LanguageModels
import Tensors
import TestSupport
import Testing
import Training

/// Parameters that a treatment tells optimisers to leave alone.
@Suite struct FrozenTests {
  private static func isFrozen(_ name: String) -> Bool {
    name.hasPrefix("layers.0.") || name == "embedding.token"
  }

  /// Frozen for steps 4 to 7 of twelve.
  private static func objective(_ type: Float.Type = Float.self) throws -> LanguageModelObjective<
    Float
  > {
    let objective = try tinyModel(Float.self)
    let set = objective.parameters
    objective.model.stepActions.append { moment in
      set.setFrozen((4..<8).contains(moment.step), where: Self.isFrozen)
    }
    return objective
  }

  @Test(arguments: OptimizerTests.cases.map(\.1))
  func frozenParametersStayAsTheyAre(_ settings: OptimizerSettings) throws {
    var recipe = tinyRecipe()
    recipe.optimizer = settings
    // All moments, as checkpoints keep them, after every step.
    recipe.checkpoints = CheckpointCadence(every: 1, keep: 12)
    let folder = try ScratchFolder()
    let objective = try Self.objective()
    var norms: [Double] = []
    var groups: [Int: [Diagnostic]] = [:]
    let trainer = try Trainer(
      objective, recipe: recipe, source: CountingBatches(), pool: .inline, folder: folder.path)
    _ = try trainer.run { event in
      if case .step(let progress) = event { norms.append(progress.gradientNorm) }
      if case .diagnostics(let step, let measurements) = event { groups[step] = measurements }
    }
    func tensors(_ step: Int, _ file: String) throws -> [String: [Float]] {
      let digits = step < 10 ? "0000000\(step)" : "000000\(step)"
      let file = try SafetensorsFile(
        path: "\(folder.path)/checkpoints/step-\(digits)/\(file).safetensors")
      var result: [String: [Float]] = [:]
      for name in file.names {
        var values = [Float](repeating: 0, count: try file.entry(name).shape.reduce(1, *))
        try values.withUnsafeMutableBufferPointer { try file.read(name, into: $0) }
        result[name] = values
      }
      return result
    }
    var seen = (frozen: 0, free: 0)
    for file in ["optimizer", "extra"] where file == "optimizer" {
      let (before, during, after) = (
        try tensors(4, file), try tensors(8, file), try tensors(12, file)
      )
      for (name, values) in before where name.hasSuffix("omentum") || name.hasSuffix("Moment") {
        if Self.isFrozen(name) || name.hasPrefix("embedding.token.") {
          #expect(values == during[name], "\(name)")
          #expect(values != after[name], "\(name)")
          seen.frozen += 1
        } else if name.contains("mlp") {
          #expect(values != during[name], "\(name)")
          seen.free += 1
        }
      }
    }
    if case .sgd(let sgd) = settings, sgd.momentum == 0 {
      #expect(seen == (0, 0))
    } else {
      #expect(seen.frozen > 4 && seen.free >= 4)
    }
    // The norm that clips is that of the gradients which count.
    let frozen = try #require(groups[6])
    let squares = frozen.filter { $0.measure == "gradient_norm" }
    #expect(squares.filter { $0.place.hasPrefix("layers.0") }.allSatisfy { $0.value == 0 })
    #expect(
      abs(squares.reduce(0) { $0 + $1.value * $1.value }.squareRoot() - norms[5]) < 1e-6 * norms[5])
    let free = try #require(groups[9])
    #expect(free.contains { $0.place.hasPrefix("layers.0") && $0.value > 0 })
  }

  @Test(arguments: OptimizerTests.cases.map(\.1))
  func valuesStayBitForBit(_ settings: OptimizerSettings) throws {
    var recipe = tinyRecipe()
    recipe.optimizer = settings
    recipe.checkpoints.every = 0
    let objective = try Self.objective()
    var snapshots: [[String: [Float]]] = []
    let trainer = try Trainer(
      objective, recipe: recipe, source: CountingBatches(), pool: .inline)
    _ = try trainer.run { event in
      guard case .step = event else { return }
      snapshots.append(
        Dictionary(
          uniqueKeysWithValues: objective.parameters.parameters.map { ($0.name, $0.tensor.array) }))
    }
    for (name, values) in snapshots[3] {
      #expect((values == snapshots[7][name]) == Self.isFrozen(name), "\(name)")
      #expect(values != snapshots[11][name], "\(name)")
    }
  }

  /// A parameter that was frozen from the beginning then learns as a fresh optimiser would teach it.
  @Test func theBiasOfMomentsIsCorrectedByTheStepsThatCounted() throws {
    func run(frozenFor steps: Int) throws -> [Double] {
      let set = ParameterSet<Double>(seed: 0)
      let tensor = set.declare("w", [4], role: .vector, startingAs: .constant(1))
      let optimizer = try Optimizer(
        .adamW(AdamWSettings(learningRate: 1e-2)), for: set, pool: .inline,
        rule: { _ in UpdateRule() })
      for step in 0..<steps + 3 {
        set.setFrozen(step < steps) { _ in true }
        tensor.clearGradient()
        let destination = try #require(tensor.gradientDestination())
        for index in 0..<4 { destination.pointer[index] = Double(index + 1) * 0.25 }
        optimizer.step()
      }
      #expect(optimizer.missedSteps == (steps > 0 ? ["w": steps] : [:]))
      return tensor.array
    }
    #expect(try run(frozenFor: 5) == run(frozenFor: 0))
  }

  @Test func aRunWithFrozenParametersResumes() throws {
    let root = try ScratchFolder()
    func trainer(_ folder: String) throws -> Trainer<Float> {
      var recipe = tinyRecipe()
      recipe.checkpoints.every = 5
      return try Trainer(
        try Self.objective(), recipe: recipe, source: CountingBatches(), pool: .inline,
        folder: "\(root.path)/\(folder)")
    }
    #expect(try trainer("whole").run() == .finished)
    struct Killed: Error {}
    for limit in [7, 11] {
      #expect(throws: Killed.self) {
        try trainer("killed").run { event in
          if case .step(let progress) = event, progress.step == limit { throw Killed() }
        }
      }
    }
    #expect(try trainer("killed").run() == .finished)
    #expect(lines("\(root.path)/whole/loss.csv").count == 13)
    #expect(bytes("\(root.path)/whole/loss.csv") == bytes("\(root.path)/killed/loss.csv"))
  }
}
