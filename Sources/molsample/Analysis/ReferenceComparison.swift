import Energies
import Estimators
import Foundation
import Randomness

/// Distances of an ensemble from a reference, each beside the same distance between two parts of the reference.
struct ReferenceComparison {
  struct Distance: Codable {
    var name: String
    var unit: String
    @ExplicitNull var value: Double?
    /// The distance between two disjoint samples of the reference, of different walkers where it has several, as large as the
    /// ensemble is worth (or about half the reference); nil where the reference is too small.
    @ExplicitNull var noise_floor: Double?
    @ExplicitNull var noise_floor_deviation: Double?
    /// Points of each of the samples that the floor compares.
    @ExplicitNull var noise_floor_samples: Int?
    @ExplicitNull var reason: String?
  }

  let ensemble: SampledFrames
  let reference: SampledFrames
  let features: EnsembleFeatures
  let kT: Double
  /// Largest number of points that optimal transport in several dimensions is computed with.
  let transportSamples: Int
  let seed: UInt64

  func distances(tica: IndependentComponents?) -> [Distance] {
    var distances: [Distance] = []
    if let a = ensemble.potentialEnergies, let b = reference.potentialEnergies {
      let reduced = (a.map { $0 / kT }, b.map { $0 / kT })
      distances.append(distance("energy-w1", "kT", LineDistance(order: .first), reduced.0, reduced.1, 1))
      distances.append(distance("energy-w2", "kT", LineDistance(order: .second), reduced.0, reduced.1, 1))
    }
    if let a = features.torsions(ensemble.x), let b = features.torsions(reference.x) {
      distances.append(
        distance("torus-w2", "rad", TransportDistance.torus, a.values, b.values, a.dimension, limit: transportSamples))
      if a.dimension == 2 {
        let axes = [HistogramAxis.circular(bins: 50), .circular(bins: 50)]
        distances.append(
          distance("ramachandran-jsd", "bit", HistogramDistance(axes: axes), a.values, b.values, a.dimension))
      }
    }
    if let tica {
      let a = tica.projected(features.tica(ensemble.x).values), b = tica.projected(features.tica(reference.x).values)
      distances.append(
        distance("tica-w2", "TICA", TransportDistance.euclidean, a, b, tica.components.count, limit: transportSamples))
    }
    return distances
  }

  private func distance(
    _ name: String, _ unit: String, _ measure: some EnsembleDistance, _ a: [Double], _ b: [Double], _ dimension: Int,
    limit: Int? = nil
  ) -> Distance {
    var random = RandomStream(seed: seed)
    do {
      var points = try WeightedPoints(a, dimension: dimension, logWeights: ensemble.logWeights)
      var base = try WeightedPoints(b, dimension: dimension, logWeights: reference.logWeights)
      let worth = points.logWeights.map { Int($0.effectiveSampleSize) } ?? points.count
      let walkers = reference.series.map(\.count)
      let areApart = walkers.count >= 8 && base.logWeights == nil
      // Halves of whole walkers are not quite equal.
      let largest = areApart ? base.count / 2 - walkers.max()! : base.count / 2
      let floor = try? measure.noiseFloor(
        of: base, count: min(worth, largest, limit ?? .max),
        pairs: areApart ? .disjointGroups(reference.replicas) : .disjoint, repetitions: 5, random: &random)
      if let limit {
        if points.count > limit { points = try thinned(points, limit, &random) }
        if base.count > limit { base = try thinned(base, limit, &random) }
      }
      return Distance(
        name: name, unit: unit, value: try measure.value(points, from: base), noise_floor: floor?.mean,
        noise_floor_deviation: floor?.standardDeviation, noise_floor_samples: floor?.count, reason: nil)
    } catch {
      return Distance(
        name: name, unit: unit, value: nil, noise_floor: nil, noise_floor_deviation: nil, noise_floor_samples: nil,
        reason: "\(error)")
    }
  }

  /// As many points as optimal transport can take, at random: without replacement, or by weight where they have weights. (Evenly
  /// spaced ones would be of a few walkers only, as files have a frame of every walker in turn.)
  private func thinned(
    _ points: WeightedPoints, _ count: Int, _ random: inout RandomStream
  ) throws(EstimatorError) -> WeightedPoints {
    guard points.logWeights == nil else { return try points.equallyWeighted(points.resampled(count, random: &random)) }
    return try points.equallyWeighted(Array((0..<points.count).shuffled(using: &random).prefix(count)))
  }
}
