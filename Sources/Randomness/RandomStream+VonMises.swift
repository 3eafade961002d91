import Foundation

extension RandomStream {
  /// An angle with density exp(κ cos θ)/(2π I₀(κ)) on (−π, π], mean direction 0.
  ///
  /// Rejection from a wrapped Cauchy density (Best & Fisher 1979, doi:10.2307/2346732). Their r = τ/(2κ) with
  /// τ = 1 + √(1 + 4κ²) is never formed: with a = κ(r − 1) = ½ (1 + 1/(√(1 + 4κ²) + 2κ)) the proposal is
  /// θ = 2 atan(√(a/(a + 2κ)) tan(πu/2)) and the quantity c = κ(r − cos θ) = a + 2κ sin²(θ/2). These forms lose no digits,
  /// so the draw is exact for every κ ≥ 0: uniform at 0, and of width 1/√κ without a normal approximation when κ is large.
  /// Bytes are the same wherever `tan`, `atan`, `sin`, `hypot` and `log` are.
  ///
  /// - Parameter concentration: κ, finite and not negative.
  public mutating func vonMises(concentration: Double) -> Double {
    precondition(concentration >= 0 && concentration.isFinite, "the concentration must be finite and not negative")
    let twice = 2 * concentration
    let a = 0.5 * (1 + 1 / (hypot(1, twice) + twice))
    let slope = (a / (a + twice)).squareRoot()
    while true {
      // θ/2 in (0, π/2); the sign comes with the number of the acceptance.
      let half = atan(slope * tan(0.5 * Double.pi * uniformOpen()))
      let sine = sin(half)
      let c = a + twice * sine * sine
      let bits = next()
      let u = Double(bits >> 11 | 1) * 0x1p-53
      // The first test implies the second and needs no logarithm.
      if c * (2 - c) > u || log(c / u) + 1 - c >= 0 {
        let angle = 2 * half
        return bits & 1 == 1 ? -angle : angle
      }
    }
  }
}
