import Foundation

/// The multistate Bennett acceptance ratio: free energies of, and averages in, all states from the samples of all.
///
/// The reduced free energies solve f_k = −ln Σ_n exp(−u_kn)/D_n with D_n = Σ_l N_l exp(f_l − u_ln), and the weight of sample
/// n in state k is W_kn = exp(f_k − u_kn)/D_n, Σ_n W_kn = 1. Among all estimators that use the samples with their
/// potentials it has the smallest variance. Samples must be independent: of a correlated series take
/// `StatisticalInefficiency.independentIndices`, or the errors are too small.
///
/// With two states it is `BennettAcceptanceRatio`, with one sampled state `ExponentialAveraging`.
///
///     let potentials = try ReducedPotentials(values: u, counts: [5000, 5000, 0])
///     let mbar = try MBAR(potentials)
///     let difference = mbar.differences[0, 2]    // ΔF in kT, error, overlap, and a reason for doubt
///
/// Source: Shirts & Chodera 2008, doi:10.1063/1.2978177.
/// - Complexity: about ten passes over the K·N potentials, each of K²N operations; as much memory again.
public struct MBAR: Sendable {
  public let potentials: ReducedPotentials
  /// f_k − f₀, kT, shape `[K]`.
  public let freeEnergies: [Double]
  public let solution: MBARSolution
  /// Differences between all states with asymptotic errors.
  public let differences: FreeEnergyDifferences
  public let overlap: OverlapMatrix
  /// 1/Σ_n W_kn², Kish's number of samples that carry state k. Shape `[K]`.
  public let effectiveSampleNumbers: [Double]

  /// ln D_n, for `freeEnergies`. Shape `[N]`.
  let logDenominators: [Double]
  let responsibilities: Responsibilities
  /// f₀ on the scale of `responsibilities`, whose D_n were not shifted.
  let offset: Double
  let covariance: MBARCovariance

  /// - Parameters:
  ///   - method: Newton's method needs fewer passes; the other one is there for comparison and for what Newton cannot do.
  ///   - threads: shares the samples; the result does not depend on it.
  /// - Throws: `EstimatorError.disconnectedState` where the samples do not connect the states, `.allWeightsZero` where no
  ///   sample is possible in a state that has none of its own, `.notConverged`.
  public init(_ potentials: ReducedPotentials, method: MBARSolution.Method = .newton, threads: Int = 1)
    throws(EstimatorError)
  {
    try potentials.requireConnection()
    let responsibilities = Responsibilities(potentials, threads: threads)
    var solver = MBARSolver(responsibilities, start: MBARStart.freeEnergies(potentials))
    solution = try solver.solve(method)
    let absolute = try Self.freeEnergies(of: potentials, responsibilities, solver.f, origin: nil)
    self.potentials = potentials
    self.responsibilities = responsibilities
    offset = absolute[0]
    freeEnergies = absolute.map { $0 - absolute[0] }
    logDenominators = responsibilities.logDenominatorValues.map { $0 - absolute[0] }

    // W Wᵀ of all states: among the sampled ones it is a by-product of the Hessian.
    let k = potentials.stateCount
    let states = responsibilities.states
    var gram = SymmetricMatrix(order: k, elements: [Double](repeating: 0, count: k * k))
    for (i, a) in states.enumerated() {
      for (j, b) in states.enumerated() {
        gram[a, b] =
          solver.moments.products[i * states.count + j] / (responsibilities.counts[i] * responsibilities.counts[j])
      }
    }
    var others: [(state: Int, weights: [Double])] = []
    for state in 0..<k where potentials.counts[state] == 0 {
      let weights = Self.weights(potentials, state, freeEnergies[state], logDenominators)
      let shares = responsibilities.times(weights)
      for (i, a) in states.enumerated() {
        gram[a, state] = shares[i] / responsibilities.counts[i]
        gram[state, a] = gram[a, state]
      }
      others.append((state, weights))
      for other in others {
        gram[state, other.state] = zip(weights, other.weights).reduce(0) { $0 + $1.0 * $1.1 }
        gram[other.state, state] = gram[state, other.state]
      }
    }
    let laplacian = MBARSolver.laplacian(solver.moments, states.count)
    covariance = try MBARCovariance(laplacian: laplacian, responsibilities: responsibilities)
    effectiveSampleNumbers = (0..<k).map { 1 / gram[$0, $0] }
    overlap = OverlapMatrix(gram: gram, counts: potentials.counts, gaps: covariance.gaps)
    differences = FreeEnergyDifferences(
      freeEnergies: freeEnergies, covariance: covariance.ofLogarithms(gram), overlap: overlap,
      effectiveSamples: effectiveSampleNumbers)
  }

  /// f of all states on the scale of `solved`, the f of those with samples.
  static func freeEnergies(
    of potentials: ReducedPotentials, _ responsibilities: Responsibilities, _ solved: [Double], origin: [Int]?
  ) throws(EstimatorError) -> [Double] {
    var f = [Double](repeating: 0, count: potentials.stateCount)
    for (index, state) in responsibilities.states.enumerated() { f[state] = solved[index] }
    guard solved.count < f.count else { return f }
    let logDenominators = responsibilities.logDenominatorValues
    let n = potentials.sampleCount
    for state in f.indices where potentials.counts[state] == 0 {
      let row = potentials.values[state * n..<(state + 1) * n]
      let first = row.startIndex
      let sum = LogSumExp.of(
        logDenominators.indices.lazy.map { -row[first + (origin?[$0] ?? $0)] - logDenominators[$0] })
      guard sum > -.infinity else { throw .allWeightsZero(samples: n) }
      f[state] = -sum
    }
    return f
  }

  /// W_kn from the potentials.
  static func weights(
    _ potentials: ReducedPotentials, _ state: Int, _ f: Double, _ logDenominators: [Double]
  ) -> [Double] {
    let n = potentials.sampleCount
    return (0..<n).map { exp(f - potentials.values[state * n + $0] - logDenominators[$0]) }
  }
}
