import Energies
import NeuralNetworks
import Randomness
import Sampling

extension NormalizingFlow {
  /// The gradient of the log-variance divergence ½ Var[D], D = log p(q) + u(q) − log J(q), over samples of any origin (Richter
  /// et al. 2020, arXiv:2010.10436; as trajectory balance: Malkin et al. 2022, arXiv:2201.13259): mean over samples of
  /// (Dₛ − c) ∂ log pₛ/∂θ.
  ///
  /// D is the constant −log Z where the flow is the target, so every sample's gradient goes to zero there. Over samples of the
  /// flow its mean is the gradient of the reverse Kullback–Leibler divergence; over others it sees what the flow misses.
  ///
  /// - Parameters:
  ///   - reducedEnergies: u(q) − log J(q) of each sample; +∞ is an impossible one.
  ///   - center: c, about −log Z.
  ///   - bound: |D − c| is taken as at most this, which bounds what one clash can do.
  /// - Returns: D of each sample as well.
  public func logVariance(
    of q: Configurations, reducedEnergies: [Double], center: Double, bound: Double, by computation: ShardedComputation
  ) throws -> (differences: [Double], gradient: [Float]) {
    precondition(reducedEnergies.count == q.count && bound > 0)
    let (logDensities, gradient) = try likelihoodGradient(of: q, by: computation) { logDensities, range in
      zip(logDensities, reducedEnergies[range]).map { logP, energy in
        let deviation = logP + energy - center
        return (deviation.isNaN ? 0 : max(-bound, min(bound, deviation))) / Double(q.count)
      }
    }
    return (zip(logDensities, reducedEnergies).map { $0 + $1 }, gradient)
  }

  /// Coordinates of samples `range`, and u − log J of each, +∞ where impossible; one energy for each.
  public func samplesWithEnergies(
    _ range: Range<Int>, from random: RandomStream, target: some TargetDensity, by computation: ShardedComputation
  ) throws -> (q: Configurations, reducedEnergies: [Double]) {
    let parts = try computation.run(count: range.count, parameters: parameters, wantsGradient: false) {
      tape, shard in
      try samplesWithEnergies(
        range.lowerBound + shard.lowerBound..<range.lowerBound + shard.upperBound, from: random, target: target,
        on: tape)
    }.results
    return (parts.dropFirst().reduce(parts[0].q) { $0.appending($1.q) }, parts.flatMap(\.reducedEnergies))
  }

  /// The same by the parameters of a tape.
  func samplesWithEnergies(
    _ range: Range<Int>, from random: RandomStream, target: some TargetDensity, on tape: Tape
  ) throws -> (q: Configurations, reducedEnergies: [Double]) {
    tape.isRecording = false
    let (latents, _) = try latents(range, from: random)
    let z = tape.variable(latents, rows: architecture.rows, columns: architecture.tokens * range.count)
    let q = chartCoordinates(architecture.forward(z).value.values, samples: range.count)
    return (q, try reducedEnergies(of: q, target: target))
  }

  /// u − log J of the chart's coordinates; +∞ for samples of a molecule that are NaN.
  public func reducedEnergies(of q: Configurations, target: some TargetDensity) throws -> [Double] {
    let (x, logJ) = configurations(of: q)
    return zip(try target.reducedPotentials(of: x), logJ).map { $0 - $1 }
  }
}
