import CLaneKernels

/// The processor instructions that the hot loops use; chosen when the program starts.
public enum InstructionSet: String, Sendable, CaseIterable {
  /// What every processor of the architecture has: SSE2 on x86-64, NEON on arm64.
  case portable
  /// AVX2 with fused multiply-add, x86-64.
  case avx2

  public static var best: InstructionSet { lane_best_instruction_set() == lane_avx2 ? .avx2 : .portable }

  public static var current: InstructionSet { lane_current_instruction_set() == lane_avx2 ? .avx2 : .portable }

  /// Runs `body` with these instructions on the calling thread (work on one thread only); nil if the processor lacks
  /// them.
  public func onThisThread<Result>(_ body: () throws -> Result) rethrows -> Result? {
    guard lane_use_instruction_set_here(self == .avx2 ? lane_avx2 : lane_portable) == 1 else { return nil }
    defer { lane_forget_instruction_set_here() }
    return try body()
  }

  /// Switches the whole program, for benchmarks; false if this processor lacks the instructions. Not to be called
  /// while energies are evaluated.
  @discardableResult
  public static func use(_ set: InstructionSet) -> Bool {
    lane_use_instruction_set(set == .avx2 ? lane_avx2 : lane_portable) == 1
  }
}
