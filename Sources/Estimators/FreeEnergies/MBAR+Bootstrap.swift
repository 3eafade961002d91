import Randomness

extension MBAR {
  /// `differences` with bootstrap errors and intervals: the samples of each state are drawn again and the equations solved
  /// anew, from the solution on.
  /// - Throws: as `Bootstrap.estimate`.
  public func bootstrappedDifferences(_ plan: Bootstrap = Bootstrap(), random: inout RandomStream, threads: Int = 1)
    throws(EstimatorError) -> FreeEnergyDifferences
  {
    let states = responsibilities.states
    let k = potentials.stateCount
    let start = states.map { freeEnergies[$0] + offset }
    let estimates = try plan.estimates(strata: potentials.counts, random: &random, threads: threads) {
      units throws(EstimatorError) in
      let resample = Responsibilities(resampling: responsibilities, origin: units)
      var solver = MBARSolver(resample, continuingAt: start)
      _ = try solver.solve(.newton)
      let f = try MBAR.freeEnergies(of: potentials, resample, solver.f, origin: units)
      var pairs: [Double] = []
      for i in 0..<k { for j in i + 1..<k { pairs.append(f[j] - f[i]) } }
      return pairs
    }
    return differences.with(estimates)
  }
}
