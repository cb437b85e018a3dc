internal import CKernels

/// The instructions for which the kernels in use were compiled.
public enum InstructionSet {
  /// `avx512`, `avx2` or `baseline`: results of different sets differ in their last bits, so a run
  /// records it.
  public static var name: String { String(cString: akn_isa_name()) }
}
