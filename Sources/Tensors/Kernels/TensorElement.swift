/// The numbers that tensors hold: `Float` for training, `Double` for checking gradients.
///
/// Both run through the same code; what differs is which kernels a topic's requirements name.
/// Each topic declares its requirements in a protocol of its own and conforms both types to it.
public protocol TensorElement:
  BinaryFloatingPoint, Sendable, BitwiseCopyable, AttentionKernels, GatherKernels, MatmulKernels,
  NormKernels, OptimizerKernels, PointwiseKernels, RecurrenceKernels, RotaryKernels, SoftmaxKernels
{}

extension Float: TensorElement {}
extension Double: TensorElement {}
