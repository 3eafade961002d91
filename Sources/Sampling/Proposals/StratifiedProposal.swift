import Energies
import Estimators
import Foundation
import Randomness

/// Draws of a base one of whose coordinates, uniform on the circle and independent of the others, is drawn from strata, and from
/// some arcs of the circle more often than from others.
///
/// The circle is cut into equal arcs with a share of the draws each (density share · arcs/2π, uniform within), and the unit
/// interval of this distribution into `groupSize`/2 strata. Samples come in groups of `groupSize`: two from each stratum, in random
/// order of the strata, the two one after the other. Every sample by itself has the density that is reported, so weights are exact.
/// Where this coordinate of a flow decides whether a torsion is on its rare side, more draws from the arcs that lead there, and
/// strata instead of independent draws, give that side's share with less noise (see `SampleDependence.pairs`).
///
/// Source: Cochran 1977, "Sampling techniques", chapter 5; Owen 2013, "Monte Carlo theory, methods and examples", sections
/// 8.4 and 9.1.
public struct StratifiedProposal: DifferentiableProposal {
  public let base: any DifferentiableProposal
  /// Which coordinate; must be uniform on (−π, π) whatever the others are.
  public let coordinate: Int
  public let groupSize: Int
  /// Share of the draws in each arc, from −π on.
  public let shares: [Double]
  /// Σ of the shares before each arc, and 1.
  private let bounds: [Double]

  /// Whole groups at the usual numbers of samples.
  public static let standardGroupSize = 1000

  /// - Parameter shares: positive; need not sum to 1.
  public init(
    _ base: any DifferentiableProposal, coordinate: Int, shares: [Double] = [1], groupSize: Int = standardGroupSize
  ) {
    precondition((0..<base.dimension).contains(coordinate) && groupSize > 0 && groupSize % 2 == 0)
    precondition(!shares.isEmpty && shares.allSatisfy { $0 > 0 && $0.isFinite })
    (self.base, self.coordinate, self.groupSize) = (base, coordinate, groupSize)
    let sum = shares.reduce(0, +)
    self.shares = shares.map { $0 / sum }
    var bounds = [0.0]
    for share in self.shares { bounds.append(bounds.last! + share) }
    bounds[shares.count] = 1
    self.bounds = bounds
  }

  public var dimension: Int { base.dimension }
  public var dependence: SampleDependence { .pairs(groupSize: groupSize) }

  public func draw(_ range: Range<Int>, from random: RandomStream) throws -> (x: Configurations, logQ: [Double]) {
    var (x, logQ) = try base.draw(range, from: random)
    // The base draws from children 0, 1, …
    let own = random.child(-1)
    var group = -1
    var strata: [Int] = []
    for (row, sample) in range.enumerated() {
      if sample / groupSize != group {
        group = sample / groupSize
        var order = own.child(0).child(group)
        strata = Array(0..<groupSize / 2).shuffled(using: &order)
      }
      var place = own.child(1).child(sample)
      let u = (Double(strata[sample % groupSize / 2]) + place.uniform()) / Double(groupSize / 2)
      let arc = min(shares.count - 1, bounds.partitioningIndex { $0 > u } - 1)
      let within = (u - bounds[arc]) / shares[arc]
      x[row, coordinate] = 2 * Double.pi * (Double(arc) + within) / Double(shares.count) - Double.pi
      logQ[row] += logRatio(x[row, coordinate])
    }
    return (x, logQ)
  }

  public func logDensities(of x: borrowing Configurations) throws -> [Double] {
    let base = try base.logDensities(of: x)
    return base.indices.map { base[$0] + logRatio(x[$0, coordinate]) }
  }

  public func logDensities(of x: borrowing Configurations, gradient: inout Configurations) throws -> [Double] {
    let base = try base.logDensities(of: x, gradient: &gradient)
    return base.indices.map { base[$0] + logRatio(x[$0, coordinate]) }
  }

  /// Which arc an angle is in.
  public static func arc(of angle: Double, arcs: Int) -> Int {
    let turns = (angle + Double.pi) / (2 * Double.pi)
    return min(arcs - 1, max(0, Int((turns - turns.rounded(.down)) * Double(arcs))))
  }

  /// ln of the density over that of the uniform one.
  private func logRatio(_ angle: Double) -> Double {
    log(shares[Self.arc(of: angle, arcs: shares.count)] * Double(shares.count))
  }
}

extension Array {
  /// First index whose element satisfies a predicate that holds for all elements after the first it holds for.
  fileprivate func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
