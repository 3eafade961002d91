import Foundation

extension MBAR {
  /// ln W_kn: log weights of all samples in state k, which sum to 1. Shape `[N]`.
  public func logWeights(at state: Int) -> [Double] {
    let n = potentials.sampleCount
    return (0..<n).map { freeEnergies[state] - potentials.values[state * n + $0] - logDenominators[$0] }
  }

  /// ln of the weights of all samples in a state that was not among the K.
  /// - Parameter reducedPotential: u(x_n), kT, shape `[N]`; +∞ gives −∞.
  /// - Throws: `EstimatorError.countMismatch`, `.notANumber` for NaN, `.infiniteWeight` for −∞, `.allWeightsZero`.
  public func logWeights(reducedPotential: [Double]) throws(EstimatorError) -> [Double] {
    try unnormalized(reducedPotential).normalized
  }

  /// ⟨A⟩ in state k, which need not have samples of its own.
  /// - Parameter observable: A(x_n), shape `[N]`; not looked at where the weight is zero.
  /// - Throws: `EstimatorError.countMismatch`, `.notANumber` where a value that counts is not finite.
  public func expectation(of observable: [Double], at state: Int) throws(EstimatorError) -> MBARExpectation {
    try expectation(of: observable, logWeights: logWeights(at: state))
  }

  /// ⟨A⟩ in a state that was not among the K, from its reduced potential (shape `[N]`).
  public func expectation(of observable: [Double], reducedPotential: [Double]) throws(EstimatorError)
    -> MBARExpectation
  {
    try expectation(of: observable, logWeights: logWeights(reducedPotential: reducedPotential))
  }

  /// The free energy of a state that was not among the K, relative to one that was: f(u) − f_k.
  /// - Parameter reducedPotential: u(x_n), kT, shape `[N]`.
  /// - Throws: as `logWeights(reducedPotential:)`.
  public func perturbedFreeEnergy(reducedPotential: [Double], relativeTo state: Int = 0) throws(EstimatorError)
    -> FreeEnergyEstimate
  {
    let weights = try unnormalized(reducedPotential)
    let there = weights.normalized.map { exp($0) }
    let here = logWeights(at: state).map { exp($0) }
    let influence = zip(there, here).map { $0 - $1 }
    let tail = ParetoTail(weights)
    var reason: FreeEnergyEstimate.Reason?
    if let shape = tail?.shape, shape > ParetoTail.reliableShape(sampleCount: weights.count) {
      reason = .heavyTail(paretoShape: shape)
    }
    return FreeEnergyEstimate(
      deltaF: -weights.logSum - freeEnergies[state], standardError: standardError(influence), overlap: nil,
      effectiveSamples: min(weights.effectiveSampleSize, effectiveSampleNumbers[state]), reason: reason)
  }

  private func unnormalized(_ reducedPotential: [Double]) throws(EstimatorError) -> LogWeights {
    guard reducedPotential.count == potentials.sampleCount else {
      throw .countMismatch(expected: potentials.sampleCount, found: reducedPotential.count)
    }
    return try LogWeights(zip(reducedPotential, logDenominators).map { -$0 - $1 })
  }

  private func expectation(of observable: [Double], logWeights: [Double]) throws(EstimatorError) -> MBARExpectation {
    guard observable.count == logWeights.count else {
      throw .countMismatch(expected: logWeights.count, found: observable.count)
    }
    var weights = logWeights.map { exp($0) }
    var mean = 0.0
    var squares = 0.0
    for sample in weights.indices where weights[sample] > 0 {
      guard observable[sample].isFinite else { throw .notANumber(sample: sample) }
      mean += weights[sample] * observable[sample]
      squares += weights[sample] * weights[sample]
    }
    for sample in weights.indices where weights[sample] > 0 { weights[sample] *= observable[sample] - mean }
    return MBARExpectation(value: mean, standardError: standardError(weights), effectiveSamples: 1 / squares)
  }

  /// Of the estimate with this influence, which sums to zero.
  private func standardError(_ influence: [Double]) -> Double {
    let shares = responsibilities.times(influence)
    let projected = covariance.projections(zip(shares, responsibilities.counts).map { $0 / $1 })
    let square = influence.reduce(0) { $0 + $1 * $1 }
    return covariance.value(square, projected, projected).squareRoot()
  }
}

/// An average in one state over the samples of all states.
public struct MBARExpectation: Sendable, Equatable {
  public let value: Double
  /// Asymptotic, for independent samples.
  public let standardError: Double
  /// Kish's effective number of samples in that state: below a handful the error says little.
  public let effectiveSamples: Double
}
