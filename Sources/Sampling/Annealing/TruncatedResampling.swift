import Foundation
import Randomness

/// Systematic resampling by weights of which none exceeds √N times the mean of the N: biased by what is cut off, and never many copies of one sample.
///
/// For samples to learn from, where a state that the proposal all but misses would else fill the set. Averages belong to the full weights.
///
/// Source: Ionides 2008, doi:10.1198/106186008X320456.
public struct TruncatedResampling: Sendable {
  public init() {}

  /// Indices of `count` samples, ascending.
  ///
  /// - Parameter logWeights: ln w up to a constant; at least one is more than −∞.
  public func parents(logWeights: [Double], count: Int, using random: RandomStream) -> [Int] {
    let largest = logWeights.max() ?? -.infinity
    precondition(largest.isFinite, "a sample that is possible, and weights that are numbers")
    let weights = logWeights.map { exp($0 - largest) }
    let cap = weights.reduce(0, +) / Double(weights.count).squareRoot()
    return SystematicResampling().parents(weights: weights.map { min($0, cap) }, count: count, using: random)
  }
}
