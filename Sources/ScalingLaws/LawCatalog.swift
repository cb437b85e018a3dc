/// Every law, in the order in which help and reports list them.
public enum LawCatalog {
  /// A test compares the list with the folder `Laws`.
  public static let all: [any Law] = [
    PowerLaw(), PowerConstant(), VarianceLimited(), ResolutionLimited(), ShiftedPower(),
    ScorePower(), BrokenPower(), M4(),
    Kaplan(), KaplanSteps(), Chinchilla(), Coupled(), Farseer(), Overtraining(),
    Annealing(), MultiPower(),
    DataConstrained(), RepeatedData(), DataFiltering(), Projektor(), Vocabulary(),
    Routed(), FineGrainedMoE(), JointMoE(), SparseMoE(),
    Precision(), FloatQuantization(), ParScale(),
    SparseAttention(), SparseTraining(), Superposition(),
    EncoderDecoder(), Multilingual(), Transfer(), Distillation(),
    LossToError(), LossToAccuracy(), TwoStepLaw(), TaskSigmoid(), PassUntil(), PostTraining(),
    RLSigmoid(),
    LearningRateLaw(), BatchSizeLaw(), WeightDecayLaw(), CriticalBatch(), MixtureLaw(),
  ]

  /// The law with this name.
  public static func law(named name: String) throws(FitError) -> any Law {
    if let law = all.first(where: { $0.name == name }) { return law }
    throw .unknownLaw(name: name, nearest: nearest(to: name, in: all.map(\.name)))
  }

  /// The candidate with the smallest edit distance, if it is close enough to be a misspelling.
  static func nearest(to name: String, in candidates: [String]) -> String? {
    func distance(_ a: [Character], _ b: [Character]) -> Int {
      var row = Array(0...b.count)
      for i in a.indices {
        var diagonal = row[0]
        row[0] = i + 1
        for j in b.indices {
          let above = row[j + 1]
          row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1))
          diagonal = above
        }
      }
      return row[b.count]
    }
    let ranked = candidates.map { (name: $0, cost: distance(Array(name), Array($0))) }
      .min { ($0.cost, $0.name) < ($1.cost, $1.name) }
    guard let ranked, ranked.cost <= max(2, name.count / 3) else { return nil }
    return ranked.name
  }
}
