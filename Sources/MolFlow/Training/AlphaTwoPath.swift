import Energies
import NeuralNetworks
import Sampling

/// From a flow's density q to the target's p²/q in scaled coordinates y: the density under which importance sampling of
/// ∫ p²/q, whose minimum over q is at q = p, has no variance (Midgley et al. 2023, arXiv:2208.01893).
///
/// u_start = −log q, u_end = 2u + log q, with u − log J − Σ log width as the potential on y. For one thread.
struct AlphaTwoPath<Target: TargetDensity>: AnnealingPath {
  let flow: NormalizingFlow
  let target: Target
  private nonisolated(unsafe) let computation: ShardedComputation

  init(_ flow: NormalizingFlow, target: Target) {
    (self.flow, self.target) = (flow, target)
    computation = ShardedComputation(shardSize: 64, threads: 1)
  }

  var dimension: Int { flow.dimension }

  func potentials(of y: borrowing Configurations) throws -> PathPotentials {
    var unused = PathGradients(count: 0, dimension: dimension)
    return try evaluate(copy y, gradients: &unused, wantsGradients: false)
  }

  func potentials(of y: borrowing Configurations, gradients: inout PathGradients) throws -> PathPotentials {
    gradients = PathGradients(count: y.count, dimension: dimension)
    return try evaluate(copy y, gradients: &gradients, wantsGradients: true)
  }

  private func evaluate(
    _ y: Configurations, gradients: inout PathGradients, wantsGradients: Bool
  ) throws -> PathPotentials {
    let (flow, target) = (flow, target)
    typealias Part = (logQ: [Double], u: [Double], ofLogQ: Configurations, ofU: Configurations)
    let parts = try computation.run(count: y.count, parameters: flow.parameters, wantsGradient: false) {
      tape, range -> Part in
      tape.holdsParameters = true
      tape.isRecording = wantsGradients
      let samples = range.count
      let values = flow.unscaledMatrix(y.slice(range))
      let variable = tape.variable(
        values, rows: flow.architecture.rows, columns: flow.architecture.tokens * samples, needsAdjoint: wantsGradients)
      let result = flow.architecture.inverse(variable)
      let logDet = result.logDet.values(samples: samples)
      let q = flow.chartCoordinates(values, samples: samples)
      let (x, logJ) = flow.configurations(of: q)
      func potentials(_ u: [Double]) -> [Double] { zip(u, logJ).map { $0 - $1 - flow.logVolume } }
      guard wantsGradients else {
        let base = try flow.logDensities(ofLatents: result.value.values, samples: samples)
        let none = Configurations(count: 0, dimension: 1)
        return (zip(base, logDet).map { $0 + $1 }, potentials(try target.reducedPotentials(of: x)), none, none)
      }
      let ones = [Double](repeating: 1, count: samples)
      let base = try flow.logDensitiesAndSeeds(ofLatents: result.value.values, samples: samples) { _ in ones }
      tape.pullBack([(result.value, base.seeds)] + result.logDet.seeds(ones))
      let (u, byCoordinate) = try flow.energyGradient(q: q, x: x, target: target)
      return (
        zip(base.logDensities, logDet).map { $0 + $1 }, potentials(u),
        flow.unscaledConfigurations(variable.adjoint, samples: samples),
        flow.unscaledConfigurations(flow.matrixGradient(byCoordinate), samples: samples)
      )
    }.results
    let logQ = parts.flatMap(\.logQ)
    let u = parts.flatMap(\.u)
    if wantsGradients {
      let ofLogQ = parts.flatMap(\.ofLogQ.coordinates)
      let ofU = parts.flatMap(\.ofU.coordinates)
      for i in ofLogQ.indices {
        gradients.start.coordinates[i] = -ofLogQ[i]
        gradients.end.coordinates[i] = 2 * ofU[i] + ofLogQ[i]
      }
    }
    return PathPotentials(start: logQ.map { -$0 }, end: zip(u, logQ).map { 2 * $0 + $1 })
  }
}
