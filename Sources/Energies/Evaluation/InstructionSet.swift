import CLaneKernels

/// The processor instructions that the hot loops use; chosen when the program starts.
public enum InstructionSet: String, Sendable, CaseIterable {
  /// What every processor of the architecture has: SSE2 on x86-64, NEON on arm64.
  case portable
  /// AVX2 with fused multiply-add, x86-64.
  case avx2
  /// AVX-512 (F, DQ, BW, VL) with fused multiply-add, x86-64.
  case avx512

  private init(_ set: lane_instruction_set) {
    switch set {
    case lane_avx512: self = .avx512
    case lane_avx2: self = .avx2
    default: self = .portable
    }
  }

  private var set: lane_instruction_set {
    switch self {
    case .portable: lane_portable
    case .avx2: lane_avx2
    case .avx512: lane_avx512
    }
  }

  public static var best: InstructionSet { InstructionSet(lane_best_instruction_set()) }

  public static var current: InstructionSet { InstructionSet(lane_current_instruction_set()) }

  /// What this processor has.
  public static var available: [InstructionSet] { allCases.filter { $0.set.rawValue <= best.set.rawValue } }

  /// Runs `body` with these instructions on the calling thread (work on one thread only); nil if the processor lacks
  /// them.
  public func onThisThread<Result>(_ body: () throws -> Result) rethrows -> Result? {
    guard lane_use_instruction_set_here(set) == 1 else { return nil }
    defer { lane_forget_instruction_set_here() }
    return try body()
  }

  /// Switches the whole program, for benchmarks; false if this processor lacks the instructions. Not to be called
  /// while energies are evaluated.
  @discardableResult
  public static func use(_ instructions: InstructionSet) -> Bool { lane_use_instruction_set(instructions.set) == 1 }
}
