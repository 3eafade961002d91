import Estimators
import Foundation

/// How far β can go in one step: the conditional effective sample size of an increment,
/// CESS/N = (Σ W w)²/Σ W w², with W the normalised weights so far and w those that the step adds.
///
/// It measures the step alone, whatever the weights have become before it, and counts them as they are: for equal W it
/// is the effective sample size.
///
/// Source: Zhou, Johansen, Aston 2016, doi:10.1080/10618600.2015.1060885, section 3.3.2.
struct ConditionalEffectiveSampleSize {
  private let coefficients: (Double) -> PathCoefficients
  private let beta: Double
  /// ln W, u_start, u_end of the particles that the path ahead allows; W sums to 1.
  private let particles: [(logWeight: Double, start: Double, end: Double)]

  /// - Returns: nil where no particle has a place on the path ahead.
  ///
  /// Impossible configurations of the target are left out: they are lost in the first step however short it is, and must
  /// not hinder the choice of its length.
  init?(logWeights: [Double], potentials: PathPotentials, beta: Double, path: some AnnealingPath) {
    let alive = logWeights.indices.filter { logWeights[$0] > -.infinity && potentials.end[$0] < .infinity }
    let logSum = LogSumExp.of(alive.lazy.map { logWeights[$0] })
    guard logSum > -.infinity else { return nil }
    particles = alive.map { (logWeights[$0] - logSum, potentials.start[$0], potentials.end[$0]) }
    self.beta = beta
    coefficients = { path.coefficients(at: $0) }
  }

  /// CESS/N of a step to `next`.
  func fraction(to next: Double) -> Double {
    let old = coefficients(beta), new = coefficients(next)
    let increments = particles.map {
      WeightIncrement.ofChange(from: old.mixed($0.start, $0.end), to: new.mixed($0.start, $0.end))
    }
    let largest = increments.max()!
    guard largest > -.infinity else { return 0 }
    var first = 0.0, second = 0.0
    for (particle, increment) in zip(particles, increments) {
      let weight = exp(particle.logWeight), w = exp(increment - largest)
      first += weight * w
      second += weight * w * w
    }
    return second > 0 ? first * first / second : 0
  }

  /// The farthest β that keeps the given fraction, by bisection of ln(β′ − β) to a part in 10⁴; exactly 1 where that keeps
  /// it. nil where not even the smallest step does.
  func nextBeta(keeping wanted: Double) -> Double? {
    if fraction(to: 1) >= wanted { return 1 }
    // The start is the only place where steps may be tiny: strong repulsion asks for β of 1e-20 and less.
    var low = log(max(1e-200, 8 * beta.ulp)), high = log(1 - beta)
    guard low < high, fraction(to: beta + exp(low)) >= wanted else { return nil }
    while high - low > 1e-4 {
      let middle = 0.5 * (low + high)
      if fraction(to: beta + exp(middle)) >= wanted { low = middle } else { high = middle }
    }
    return beta + exp(low)
  }
}
