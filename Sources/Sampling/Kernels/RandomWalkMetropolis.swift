import Energies
import Randomness

/// Random-walk Metropolis: y = x + s η, accepted with min(1, e^{u(x) − u(y)}).
///
/// Source: Metropolis, Rosenbluth, Rosenbluth, Teller, Teller 1953, doi:10.1063/1.1699114.
public struct RandomWalkMetropolis: Kernel {
  public static let name = "metropolis"
  public static let isMetropolised = true
  public static let usesGradient = false
  public var velocityVariances: [Double]? { nil }
  public var evaluationsPerStep: Int { 1 }
  /// s, in units of x.
  public var stepSize: Double

  public init(stepSize: Double) {
    precondition(stepSize > 0)
    self.stepSize = stepSize
  }

  public func step(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> Transition {
    let noise = StepNoise(random)
    var y = Configurations(count: walkers.count, dimension: walkers.dimension)
    noise.fill(&y.coordinates, walkers: walkers)
    for i in y.coordinates.indices { y.coordinates[i] = walkers.x.coordinates[i] + stepSize * y.coordinates[i] }
    let lost = (0..<walkers.count).filter { !y.isInRange($0) }
    for w in lost { y.coordinates.replaceSubrange(walkers.row(w), with: walkers.x.coordinates[walkers.row(w)]) }
    var potentials = try target.reducedPotentials(of: y)
    for w in lost { potentials[w] = .infinity }
    var acceptance = [Double](repeating: 0, count: walkers.count)
    for w in 0..<walkers.count {
      let logRatio = walkers.reducedPotentials[w] - potentials[w]
      acceptance[w] = MetropolisDecision.probability(logRatio)
      if MetropolisDecision.accepts(logRatio, logUniform: noise.logUniform(walker: walkers.first + w)) {
        walkers.take(w, x: y, potential: potentials[w], gradient: nil)
      }
    }
    return Transition(acceptance: acceptance)
  }

  public func pathStep(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> PathTransition {
    try reversiblePathStep(&walkers, target: target, using: random)
  }
}
