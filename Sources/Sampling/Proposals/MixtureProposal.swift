import Energies
import Estimators
import Foundation
import Randomness

/// A mixture of proposals: q = Σₖ wₖ qₖ, drawn by choosing a component for each sample.
///
/// - Complexity: every component's density is evaluated for every sample.
public struct MixtureProposal<Component: Proposal>: Proposal {
  public let components: [Component]
  /// ln wₖ, normalised.
  public let logShares: [Double]
  private let cumulativeShares: [Double]

  /// - Parameter shares: wₖ, not negative, with a positive sum; equal where not given.
  public init(_ components: [Component], shares: [Double]? = nil) {
    precondition(!components.isEmpty && components.allSatisfy { $0.dimension == components[0].dimension })
    let shares = shares ?? [Double](repeating: 1, count: components.count)
    precondition(shares.count == components.count && shares.allSatisfy { $0 >= 0 && $0.isFinite })
    let total = shares.reduce(0, +)
    precondition(total > 0, "one component at least must have a share")
    self.components = components
    logShares = shares.map { log($0 / total) }
    var sum = 0.0
    cumulativeShares = shares.map {
      sum += $0
      return sum
    }
  }

  public var dimension: Int { components[0].dimension }

  public func draw(_ range: Range<Int>, from random: RandomStream) throws -> (x: Configurations, logQ: [Double]) {
    var x = Configurations(count: range.count, dimension: dimension)
    for (sample, index) in range.enumerated() {
      var choice = random.child(index)
      let k = choice.categorical(cumulativeWeights: cumulativeShares)
      // A stream below that of the choice: what the component draws is independent of having been chosen.
      let (drawn, _) = try components[k].draw(index..<index + 1, from: choice.child(k))
      x.coordinates.replaceSubrange(sample * dimension..<(sample + 1) * dimension, with: drawn.coordinates)
    }
    return (x, try logDensities(of: x))
  }

  public func logDensities(of x: borrowing Configurations) throws -> [Double] {
    var sums = [LogSumExp](repeating: LogSumExp(), count: x.count)
    for (component, logShare) in zip(components, logShares) {
      for (sample, logQ) in try component.logDensities(of: x).enumerated() { sums[sample].add(logShare + logQ) }
    }
    return sums.map(\.value)
  }
}

/// ∂ log q = Σₖ rₖ ∂ log qₖ, with rₖ = wₖ qₖ/q the probability that x came from component k.
extension MixtureProposal: DifferentiableProposal where Component: DifferentiableProposal {
  public func logDensities(of x: borrowing Configurations, gradient: inout Configurations) throws -> [Double] {
    let logQ = try logDensities(of: x)
    gradient = Configurations(count: x.count, dimension: dimension)
    var part = Configurations(count: x.count, dimension: dimension)
    for (component, logShare) in zip(components, logShares) {
      let logPart = try component.logDensities(of: x, gradient: &part)
      for sample in 0..<x.count {
        let responsibility = exp(logShare + logPart[sample] - logQ[sample])
        // Where a component is not (or nothing is), its gradient is no number.
        guard responsibility > 0 else { continue }
        for i in 0..<dimension { gradient[sample, i] += responsibility * part[sample, i] }
      }
    }
    return logQ
  }
}
