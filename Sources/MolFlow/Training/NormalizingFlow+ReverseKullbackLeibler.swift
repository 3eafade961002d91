import Energies
import NeuralNetworks
import Randomness
import Sampling

extension NormalizingFlow {
  /// What a step of training by the energy gives.
  public struct EnergyTrainingResult: Sendable {
    /// Mean of log p(q) + u − log J over the samples: the reverse Kullback–Leibler divergence less log Z.
    public var loss: Double
    public var gradient: [Float]
    /// −u − log q of each sample, −∞ where the energy is infinite.
    public var logWeights: [Double]
    /// The samples' coordinates, `[count][dimension]`.
    public var q: Configurations
    /// Norm of each sample's derivative with respect to its scaled coordinates, before it is shortened.
    public var gradientNorms: [Double]
  }

  /// The gradient of the reverse Kullback–Leibler divergence along sampling paths (Roeder, Wu & Duvenaud 2017,
  /// arXiv:1703.09194; Vaitl, Nicoli, Nakajima & Kessel 2022, arXiv:2206.09016): with q = g_θ(z),
  /// ∇θ = E[∂/∂q (log p_θ̄(q) + u(q) − log J(q)) · ∂g_θ(z)/∂θ], the parameters held fixed in log p. Its variance goes to
  /// zero as the flow comes to the target.
  ///
  /// One evaluation of energy and forces for each sample. Samples whose energy or forces are not finite are left out of
  /// loss and gradient.
  ///
  /// - Parameters:
  ///   - range: which samples of the sequence that `random` defines.
  ///   - largestGradient: bound on the norm of a sample's derivative with respect to its scaled coordinates; longer ones are
  ///     shortened to it.
  public func reverseKullbackLeibler(
    _ range: Range<Int>, from random: RandomStream, target: some TargetDensity, largestGradient: Double = .infinity,
    by computation: ShardedComputation
  ) throws -> EnergyTrainingResult {
    try requireCoordinateDerivatives()
    let (parts, gradient) = try computation.run(count: range.count, parameters: parameters, wantsGradient: true) {
      tape, shard -> (loss: Double, logWeights: [Double], q: Configurations, norms: [Double]) in
      let samples = shard.count
      let columns = architecture.tokens * samples
      let (latents, base) = try latents(
        range.lowerBound + shard.lowerBound..<range.lowerBound + shard.upperBound, from: random)
      let path = architecture.forward(tape.variable(latents, rows: architecture.rows, columns: columns))
      let values = path.value.values
      let logP = zip(base, path.logDet.values(samples: samples)).map { $0 - $1 - logVolume }

      let q = chartCoordinates(values, samples: samples)
      let (x, logJ) = configurations(of: q)
      let (u, byCoordinate) = try energyGradient(q: q, x: x, target: target)

      tape.holdsParameters = true
      let y = tape.variable(values, rows: architecture.rows, columns: columns, needsAdjoint: true)
      let density = architecture.inverse(y)
      let ones = [Double](repeating: 1, count: samples)
      let latent = try logDensitiesAndSeeds(ofLatents: density.value.values, samples: samples) { _ in ones }
      tape.pullBack([(density.value, latent.seeds)] + density.logDet.seeds(ones))
      tape.holdsParameters = false

      var seeds = zip(heldCoordinatesOnly(y.adjoint, samples: samples), matrixGradient(byCoordinate)).map { $0 + $1 }
      var loss = 0.0
      var logWeights = [Double](repeating: -.infinity, count: samples)
      var norms = [Double](repeating: .infinity, count: samples)
      for sample in 0..<samples {
        let places = stride(from: sample, to: seeds.count, by: samples)
        let norm = places.reduce(0) { $0 + seeds[$1] * seeds[$1] }.squareRoot()
        let difference = logP[sample] + u[sample] - logJ[sample]
        guard norm.isFinite, difference.isFinite else {
          for place in places { seeds[place] = 0 }
          continue
        }
        logWeights[sample] = -difference
        norms[sample] = norm
        loss += difference
        let scale = (norm > largestGradient ? largestGradient / norm : 1) / Double(range.count)
        for place in places { seeds[place] *= scale }
      }
      tape.pullBack([(path.value, seeds)])
      return (loss, logWeights, q, norms)
    }
    let q = parts.dropFirst().reduce(parts[0].q) { $0.appending($1.q) }
    let logWeights = parts.flatMap(\.logWeights)
    let finite = logWeights.count { $0 > -.infinity }
    return EnergyTrainingResult(
      loss: parts.reduce(0) { $0 + $1.loss } / Double(max(1, finite)), gradient: gradient, logWeights: logWeights, q: q,
      gradientNorms: parts.flatMap(\.norms))
  }

  /// u, and ∂(u − log J)/∂q; NaN in samples without a finite energy.
  func energyGradient(
    q: Configurations, x: Configurations, target: some TargetDensity
  ) throws -> (u: [Double], gradient: Configurations) {
    var gradient = Configurations(count: x.count, dimension: x.dimension)
    let u = try target.reducedPotentials(of: x, gradient: &gradient)
    return (u, chart.pullBack(gradient, at: q, x: x))
  }
}
