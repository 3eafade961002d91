import Foundation

/// The loss −mean log p(q) of frames + weight · ½ Var[D] of frames and other samples, D = log p(q) + u(q) − log J(q): likelihood that
/// knows energies.
///
/// Frames are few, and likelihood knows only that they were met; where the flow is the target D is a constant, so the energy says what
/// the density of each is beside that of the others (see `NormalizingFlow.logVariance`).
struct InformedLikelihood {
  var weight: Double
  /// |D − c| counts as at most this, kT.
  var bound: Double
  /// Where it is given, samples with too little density, D − c = d < 0, pull by e^{−d} − 1 instead of −d, at most by this: as their weights
  /// make the effective share less, not their logarithms (the loss e^{−d} + d − 1 of Varian 1975, "LINEX", in place of ½ d²).
  var shortfallBound: Double?

  /// The factor of ∂ log p/∂θ of each sample.
  ///
  /// - Parameters:
  ///   - reducedEnergies: u − log J of each sample.
  ///   - frames: the first so many are frames; likelihood is theirs alone.
  func factors(logDensities: [Double], reducedEnergies: some Collection<Double>, frames: Int) -> [Double] {
    let differences = zip(logDensities, reducedEnergies).map { $0 + $1 }
    // c is the median: single samples may be anywhere.
    let center = differences.sorted()[differences.count / 2]
    return differences.enumerated().map { sample, difference in
      let pull = pull(difference - center)
      let ofVariance = pull.isNaN ? 0 : weight * pull / Double(differences.count)
      return ofVariance - (sample < frames ? 1 / Double(frames) : 0)
    }
  }

  private func pull(_ deviation: Double) -> Double {
    guard let shortfallBound, deviation < 0 else { return max(-bound, min(bound, deviation)) }
    return -min(exp(-deviation) - 1, shortfallBound)
  }
}
