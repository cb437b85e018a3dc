internal import Quantities
internal import Reports
internal import Training

extension OptimizerSettings {
  var words: String {
    switch self {
    case .adamW(let settings): return "AdamW: \(settings.words)"
    case .sgd(let settings):
      return
        "SGD: learning rate \(text(settings.learningRate)), momentum \(text(settings.momentum))\(settings.isNesterov ? " (Nesterov)" : ""), weight decay \(text(settings.weightDecay))"
    case .lion(let settings):
      return
        "Lion: learning rate \(text(settings.learningRate)), β₁ \(text(settings.beta1)), β₂ \(text(settings.beta2)), weight decay \(text(settings.weightDecay))"
    case .muon(let settings):
      let scale =
        switch settings.shapeScale {
        case .original: "√max(1, outputs/inputs)"
        case .matchAdamW: "0.2·√max(inputs, outputs)"
        }
      return
        "Muon for hidden matrices: learning rate \(text(settings.learningRate)), momentum \(text(settings.momentum))\(settings.isNesterov ? " (Nesterov)" : ""), weight decay \(text(settings.weightDecay)), \(settings.iterations) Newton-Schulz iterations, steps times \(scale); AdamW for the rest: \(settings.rest.words)"
    }
  }
}

extension AdamWSettings {
  fileprivate var words: String {
    "learning rate \(text(learningRate)), β₁ \(text(beta1)), β₂ \(text(beta2)), ε \(text(epsilon)), weight decay \(text(weightDecay))"
  }
}

extension Schedule {
  var words: String {
    let rise = warmup > 0 ? "\(NumberFormat.grouped(warmup)) steps of warm-up, then " : ""
    return rise + shape.words
  }
}

extension Schedule.Shape {
  fileprivate var words: String {
    func end(_ floor: Double) -> String {
      floor > 0 ? "to \(NumberFormat.percent(floor, decimals: 0)) of the peak" : "to zero"
    }
    switch self {
    case .constant: return "constant"
    case .cosine(let floor): return "cosine \(end(floor))"
    case .linear: return "linear to zero"
    case .warmupStableDecay(let fraction, let shape, let floor):
      return
        "constant, over the last \(NumberFormat.percent(fraction, decimals: 0)) of the steps falling \(end(floor)) (WSD, \(shape.words))"
    case .constantWithCooldown(let steps):
      return
        "constant, over the last \(NumberFormat.grouped(steps)) steps falling to zero as 1 − √x"
    }
  }
}

extension DecayShape {
  fileprivate var words: String {
    switch self {
    case .linear: "linear"
    case .oneMinusSquareRoot: "1 − √x"
    case .cosine: "cosine"
    }
  }
}

/// A setting with the digits that it was given.
private func text(_ value: Double) -> String { NumberFormat.significant(value, 6) }
