import LanguageModels
import Tensors

/// Which parameters the current step leaves as they are, by their place in their set. Names are
/// compared once a step, so that loops over pieces of parameters need not.
final class FrozenParameters<Element: TensorElement> {
  private let parameters: ParameterSet<Element>
  private var names: Set<String> = []
  private var flags: [Bool]

  init(_ parameters: ParameterSet<Element>) {
    self.parameters = parameters
    flags = Array(repeating: false, count: parameters.parameters.count)
  }

  /// Takes over what the set says now.
  func update() {
    guard names != parameters.frozen else { return }
    names = parameters.frozen
    for (index, parameter) in parameters.parameters.enumerated() {
      flags[index] = names.contains(parameter.name)
    }
  }

  /// Whether the parameter at a place is left as it is.
  subscript(_ index: Int) -> Bool { flags[index] }
}
