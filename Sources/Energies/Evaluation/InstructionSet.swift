import CLaneKernels

/// The processor instructions that the hot loops use; chosen when the program starts.
public enum InstructionSet: String, Sendable, CaseIterable {
  /// What every processor of the architecture has: SSE2 on x86-64, NEON on arm64.
  case portable
  /// AVX2 with fused multiply-add, x86-64.
  case avx2

  public static var best: InstructionSet { lane_best_instruction_set() == lane_avx2 ? .avx2 : .portable }

  public static var current: InstructionSet { lane_current_instruction_set() == lane_avx2 ? .avx2 : .portable }

  /// Switches all kernels, for tests and benchmarks; false if this processor lacks the instructions. Not to be called
  /// while energies are evaluated.
  @discardableResult
  public static func use(_ set: InstructionSet) -> Bool {
    lane_use_instruction_set(set == .avx2 ? lane_avx2 : lane_portable) == 1
  }
}
