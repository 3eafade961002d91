import Energies
import NeuralNetworks

extension NormalizingFlow {
  /// −Σ weightₛ log p(qₛ) of samples and its gradient with respect to the parameters, for weights that sum to 1: maximum
  /// likelihood, with weights importance-weighted maximum likelihood.
  ///
  /// - Parameter q: coordinates of the chart, `[count][dimension]`.
  public func negativeLogLikelihood(
    of q: Configurations, weights: [Double]? = nil, by computation: ShardedComputation, wantsGradient: Bool = true
  ) throws -> (loss: Double, gradient: [Float]) {
    let weights = weights ?? [Double](repeating: 1 / Double(q.count), count: q.count)
    let (logDensities, gradient) = try likelihoodGradient(of: q, by: computation, wantsGradient: wantsGradient) {
      _, range in weights[range].map { -$0 }
    }
    return (zip(weights, logDensities).reduce(0) { $0 - $1.0 * $1.1 }, gradient)
  }

  /// log p(q) of samples, and the gradient of Σ factorₛ log p(qₛ) with factors that may depend on log p.
  ///
  /// - Parameter factors: for the log-densities of a shard and its samples, the factor of each.
  func likelihoodGradient(
    of q: Configurations, by computation: ShardedComputation, wantsGradient: Bool = true,
    factors: @Sendable (_ logDensities: [Double], _ samples: Range<Int>) -> [Double]
  ) throws -> (logDensities: [Double], gradient: [Float]) {
    let (results, gradient) = try computation.run(
      count: q.count, parameters: parameters, wantsGradient: wantsGradient
    ) { tape, range in
      try logDensities(of: q.slice(range), on: tape, wantsGradient: wantsGradient) { factors($0, range) }
    }
    return (Array(results.joined()), gradient)
  }

  /// log p(q) of samples by the parameters of a tape; the gradient of Σ factorₛ log p(qₛ) goes to the tape's.
  ///
  /// - Parameter factors: for the log-densities, the factor of each.
  func logDensities(
    of q: Configurations, on tape: Tape, wantsGradient: Bool = true, factors: (_ logDensities: [Double]) -> [Double]
  ) throws -> [Double] {
    let samples = q.count
    tape.isRecording = wantsGradient
    let y = tape.variable(matrix(q), rows: architecture.rows, columns: architecture.tokens * samples)
    let result = architecture.inverse(y)
    let z = result.value.values
    let logDet = result.logDet.values(samples: samples)
    func total(_ base: [Double]) -> [Double] { zip(base, logDet).map { $0 + $1 - logVolume } }
    guard wantsGradient else { return total(try logDensities(ofLatents: z, samples: samples)) }
    let (base, weights, seeds) = try logDensitiesAndSeeds(ofLatents: z, samples: samples) { factors(total($0)) }
    tape.pullBack([(result.value, seeds)] + result.logDet.seeds(weights))
    return total(base)
  }
}
