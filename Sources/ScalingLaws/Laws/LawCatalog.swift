internal import Quantities

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
    throw .unknownLaw(name: name, nearest: NearestName.nearest(to: name, among: all.map(\.name)))
  }
}
