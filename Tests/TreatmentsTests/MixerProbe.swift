import Cards
import LanguageModels
import Tensors
import Testing
import Treatments

/// A treated model of one sequence, with what its sites saw.
struct MixerProbe {
  let model: LanguageModel<Double>
  let logits: [Double]
  let pass: ForwardPass<Double>
  /// Activations by the name of their site.
  let sites: [String: [Double]]

  /// Records a treated model whose numbers are random, at the named sites, over one sequence;
  /// `change` changes parameters before the pass.
  init(
    _ name: String, _ options: [String: OptionValue] = [:], on baseline: ModelConfiguration,
    tokens: [Int32], sites names: [String] = [],
    changing change: (LanguageModel<Double>) -> Void = { _ in }
  ) throws {
    let choice = try TreatmentCatalog.choice(named: name, options)
    model = try Arm(name: name, choices: [choice]).model(baseline, seed: 3, of: Double.self)
    model.spread()
    change(model)
    let seen = Seen()
    var hooks = Hooks<Double>()
    for name in names { hooks.read(at: name) { seen.sites[name] = Array($0) } }
    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    pass = ForwardPass(tape: tape, batch: 1, length: tokens.count, hooks: hooks)
    pass.tokens.assign(tokens)
    logits = model.logits(pass).array
    sites = seen.sites
  }

  private final class Seen { var sites: [String: [Double]] = [:] }

  /// The columns of a row of a site.
  func row(_ site: String, _ row: Int, of count: Int) -> ArraySlice<Double> {
    let all = sites[site, default: []]
    let columns = all.count / count
    return all[(row * columns)..<((row + 1) * columns)]
  }
}

/// The baseline's numbers in tests of single mixers: heads of width 8.
enum ProbeModel {
  static let heads = 4
  static let width = 8
  static let llama = ModelConfiguration.llama(
    width: heads * width, layers: 2, heads: heads, vocabulary: TreatmentFixtures.vocabulary,
    context: TreatmentFixtures.context)

  static func silu(_ x: Double) -> Double { x / (1 + exponential(-x)) }
}

/// Divided by the root of the mean square and ε.
func rootMeanSquareNormalized(_ x: [Double], epsilon: Double = 1e-5) -> [Double] {
  let mean = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
  return x.map { $0 / (mean + epsilon).squareRoot() }
}

/// The greatest distance of two lists of the same length.
func distance(_ a: some Collection<Double>, _ b: some Collection<Double>) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
