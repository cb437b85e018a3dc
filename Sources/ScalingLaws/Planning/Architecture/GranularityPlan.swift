internal import Optimization
internal import RealModule

/// The best fine-grained mixture of experts for a training budget [L10b].
public struct GranularityPlan: Sendable, Hashable {
  /// Shape and cost of the models among which the plan chooses.
  ///
  /// A block has 12·d² active parameters and (4 + 8·expansion)·d² in all; the number of blocks is
  /// d/`aspect`. A token costs (12·d²·c_f + d·expansion·G·c_r)·blocks FLOPs, of which the second
  /// term is the router's. The two cost constants are from memory.
  public struct Shape: Sendable, Hashable {
    /// Expert parameters over those of the dense feed-forward layer.
    public var expansion: Double
    /// Width over number of blocks.
    public var aspect: Double
    /// c_f, FLOPs per active parameter and token.
    public var costPerParameter: Double
    /// c_r, FLOPs per routing weight and token.
    public var routingCost: Double

    /// Creates a shape; the defaults are the paper's.
    public init(
      expansion: Double = 64, aspect: Double = 64, costPerParameter: Double = 6,
      routingCost: Double = 14
    ) {
      self.expansion = expansion
      self.aspect = aspect
      self.costPerParameter = costPerParameter
      self.routingCost = routingCost
    }

    /// FLOPs per token of a model of the given width and granularity.
    public func flopsPerToken(width: Double, granularity: Double) -> Double {
      let dense = 12 * width * width * costPerParameter
      return (dense + width * expansion * granularity * routingCost) * width / aspect
    }

    /// All parameters of a model of the given width, without embeddings.
    public func parameters(width: Double) -> Double {
      (4 + 8 * expansion) * width * width * width / aspect
    }
  }

  /// G.
  public var granularity: Double
  /// The width of the model.
  public var width: Double
  /// All parameters, without embeddings.
  public var parameters: Double
  /// The parameters that one token uses.
  public var activeParameters: Double
  /// Training tokens.
  public var tokens: Double
  /// The predicted loss.
  public var loss: Double

  /// Minimises the loss over the granularities that the hardware allows, width and tokens at a
  /// fixed number of training FLOPs, those of the router included; nil where no granularity is
  /// given or the budget is not positive.
  public init?(
    compute: Double, point: [Double] = FineGrainedMoE.published,
    granularities: [Double] = [1, 2, 4, 8, 16, 32, 64, 128, 256], shape: Shape = Shape()
  ) {
    guard compute > 0, !granularities.isEmpty else { return nil }
    var best: GranularityPlan?
    for granularity in granularities {
      func plan(_ logWidth: Double) -> GranularityPlan {
        let width = Double.exp(logWidth)
        let tokens = compute / shape.flopsPerToken(width: width, granularity: granularity)
        let size = shape.parameters(width: width)
        let router = point[3] * Double.pow(granularity, -point[6])
        let loss =
          point[0] + (router + point[1]) * Double.pow(size, -point[4])
          + point[2] * Double.pow(tokens, -point[5])
        return GranularityPlan(
          granularity: granularity, width: width, parameters: size,
          activeParameters: 12 * width * width * width / shape.aspect, tokens: tokens, loss: loss)
      }
      // Widths up to the one whose model sees a single token.
      let largest = Double.log(compute) / 3
      let found = minimize(over: 0...max(largest, 1), samples: 200) { plan($0).loss }
      let candidate = plan(found.argument)
      if candidate.loss < best?.loss ?? .infinity { best = candidate }
    }
    guard let best else { return nil }
    self = best
  }

  private init(
    granularity: Double, width: Double, parameters: Double, activeParameters: Double,
    tokens: Double, loss: Double
  ) {
    self.granularity = granularity
    self.width = width
    self.parameters = parameters
    self.activeParameters = activeParameters
    self.tokens = tokens
    self.loss = loss
  }
}
