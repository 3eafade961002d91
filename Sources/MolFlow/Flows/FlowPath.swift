import Energies
import NeuralNetworks
import Sampling

/// From a flow's density q to a target's in scaled coordinates y: u_start = −log q(y), u_end = u − log J − Σ log width.
///
/// For one thread: it keeps working memory.
struct FlowPath<Target: TargetDensity>: AnnealingPath {
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
    if wantsGradients { try flow.requireCoordinateDerivatives() }
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
    if wantsGradients {
      gradients.start.coordinates = parts.flatMap { $0.ofLogQ.coordinates.map { -$0 } }
      gradients.end.coordinates = parts.flatMap(\.ofU.coordinates)
    }
    return PathPotentials(start: parts.flatMap { $0.logQ.map { -$0 } }, end: parts.flatMap(\.u))
  }
}
