/// What annealing adds to a log weight: the only place where these signs are written.
///
/// The weight of a path x₀ → x₁ → … → x_L, where each move xₗ₋₁ → xₗ is one under βₗ, is
/// ln w = u_0(x₀) − u_L(x_L) + Σ ln(P_b/P_f), the sum of the two increments below over all levels. For kernels in detailed
/// balance those of the moves are zero, and what is left is Neal's Σ [u_{l−1}(xₗ₋₁) − u_l(xₗ₋₁)].
///
/// Source: Neal 2001, doi:10.1023/A:1008923215028; Nilmeier, Crooks, Minh, Chodera 2011, doi:10.1073/pnas.1106094108.
enum WeightIncrement {
  /// Of a change of density at one place: u_old(x) − u_new(x), −∞ where the new density does not allow x.
  ///
  /// - Precondition: the old density allows x.
  @inline(__always)
  static func ofChange(from old: Double, to new: Double) -> Double { old - new }

  /// Of a move x → y under one density: u(x) − u(y) + ln(P_b/P_f).
  @inline(__always)
  static func ofMove(from before: Double, to after: Double, logPathRatio: Double) -> Double {
    // In this order it is exactly zero where the ratio is u(y) − u(x).
    (before - after) + logPathRatio
  }
}
