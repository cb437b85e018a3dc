internal import Optimization
public import Quantities
internal import RealModule

extension FittedLaw {
  /// The vocabulary of least loss at a training budget, by a fit of ``Vocabulary`` [L9].
  ///
  /// At C FLOPs a model of N + V·width parameters reads C/(6·(N + V·width)) tokens, which are
  /// 1/f(V) characters each.
  ///
  /// - Throws: `FitError.unusable` for a fit of another law.
  public func bestVocabulary(
    parameters: Double, width: Double, compute: Double
  ) throws(FitError) -> (vocabulary: Estimated, loss: Estimated) {
    guard law.reads("vocab") else {
      throw .unusable("the best vocabulary needs a fit of vocabulary, found \(law.name)")
    }
    let kernel = law.makeKernel()
    func loss(_ point: [Double], _ logarithm: Double) -> Double {
      let vocabulary = Double.exp(logarithm)
      let tokens = compute / (6 * (parameters + vocabulary * width))
      let characters = tokens / Vocabulary.tokensPerCharacter(vocabulary: vocabulary)
      return kernel.predictOne(point, [parameters, width, vocabulary, characters], [])
    }
    // The paper measured texts under vocabularies up to 200,000.
    let range = Double.log(256)...Double.log(200_000)
    let found = derivedTogether { point in
      let best = minimize(over: range, samples: 60) { loss(point, $0) }
      return [Double.exp(best.argument), best.value]
    }
    return (found[0], found[1])
  }
}
