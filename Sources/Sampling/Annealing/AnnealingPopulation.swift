import Energies
import Estimators
import Foundation
import Randomness

/// Particles on their way along a path, with their weights: what annealed importance sampling and sequential Monte Carlo
/// have in common.
///
/// Log weights are not normalised: at every moment the mean of exp(ln w) estimates Z_β/Z_0 without bias. A particle whose
/// weight has become zero stays where that happened.
struct AnnealingPopulation<Path: AnnealingPath>: Sendable {
  let path: Path
  /// Number of the first particle; the random numbers of its moves depend on it.
  let first: Int
  private(set) var beta = 0.0
  private(set) var x: Configurations
  private(set) var potentials: PathPotentials
  private var gradients: PathGradients?
  private(set) var logWeights: [Double]
  /// Number of the draw from which each particle descends.
  private(set) var ancestors: [Int]
  private(set) var resamplings = 0
  /// Evaluations of the path's ends so far.
  private(set) var evaluations: Int

  /// - Throws: `SamplingError.impossibleStart` for a particle where the start's density is zero.
  ///
  /// - Parameter startPotentials: u_start of the particles, where it is known.
  init(
    at x: Configurations, startPotentials: [Double]? = nil, first: Int, along path: Path, withGradients: Bool,
    threads: Int
  ) throws {
    self.path = path
    self.first = first
    self.x = x
    let parts = try parallelResults(of: x.count, threads: threads) { range in
      var gradients = PathGradients(count: range.count, dimension: x.dimension)
      let part = x.slice(range)
      if withGradients { return (try path.potentials(of: part, gradients: &gradients), gradients) }
      guard let startPotentials else { return (try path.potentials(of: part), gradients) }
      return (try path.potentials(of: part, start: Array(startPotentials[range])), gradients)
    }
    potentials = PathPotentials(start: parts.flatMap { $0.0.start }, end: parts.flatMap { $0.0.end })
    if withGradients {
      gradients = PathGradients(
        start: Configurations(joining: parts.map { $0.1.start }, dimension: x.dimension),
        end: Configurations(joining: parts.map { $0.1.end }, dimension: x.dimension))
    }
    for (particle, potential) in potentials.start.enumerated() where !potential.isFinite {
      if potential.isNaN { throw EstimatorError.notANumber(sample: first + particle) }
      throw SamplingError.impossibleStart(walker: first + particle)
    }
    logWeights = [Double](repeating: 0, count: x.count)
    ancestors = Array(first..<first + x.count)
    evaluations = x.count
  }

  var count: Int { x.count }

  /// Effective sample size of the weights, 0 where all are zero.
  var effectiveSampleSize: Double { (try? LogWeights(logWeights).effectiveSampleSize) ?? 0 }

  /// Goes to another β where the particles stand.
  ///
  /// - Throws: `SamplingError.noOverlap` where that leaves no particle a weight.
  mutating func advance(to next: Double) throws {
    let old = path.coefficients(at: beta), new = path.coefficients(at: next)
    for particle in 0..<count where logWeights[particle] > -.infinity {
      let (start, end) = (potentials.start[particle], potentials.end[particle])
      logWeights[particle] += WeightIncrement.ofChange(from: old.mixed(start, end), to: new.mixed(start, end))
    }
    guard logWeights.contains(where: { $0 > -.infinity }) else { throw SamplingError.noOverlap(reached: beta) }
    beta = next
  }

  /// Puts copies in the place of particles, all with the mean of the weights.
  mutating func resample(_ scheme: any Resampling, using random: RandomStream) {
    let logSum = LogSumExp.of(logWeights)
    let parents = scheme.parents(weights: logWeights.map { exp($0 - logSum) }, using: random)
    x = x.rows(parents)
    potentials = PathPotentials(start: parents.map { potentials.start[$0] }, end: parents.map { potentials.end[$0] })
    if let old = gradients { gradients = PathGradients(start: old.start.rows(parents), end: old.end.rows(parents)) }
    ancestors = parents.map { ancestors[$0] }
    logWeights = [Double](repeating: logSum - log(Double(count)), count: count)
    resamplings += 1
  }

  /// Moves all particles by `steps` of a kernel at the present β; returns the mean acceptance.
  mutating func move(_ kernel: some Kernel, steps: Int, threads: Int, using random: RandomStream) throws -> Double {
    // Particles of weight zero may stand where kernels cannot go on; another stands in for them, and is forgotten.
    let living = logWeights.indices.filter { logWeights[$0] > -.infinity }
    let standIn = living[0]
    let rows = logWeights.indices.map { logWeights[$0] > -.infinity ? $0 : standIn }
    let before = self
    let shards = try parallelResults(of: count, threads: threads) { range in
      try before.moved(range, rows: Array(rows[range]), kernel, steps: steps, using: random)
    }
    var acceptance = 0.0
    var particle = 0
    for shard in shards {
      evaluations += shard.evaluations
      for row in 0..<shard.tracked.x.count {
        defer { particle += 1 }
        guard logWeights[particle] > -.infinity else { continue }
        acceptance += shard.acceptance[row]
        logWeights[particle] += shard.increments[row]
        let target = particle * x.dimension..<(particle + 1) * x.dimension
        let source = row * x.dimension..<(row + 1) * x.dimension
        x.coordinates.replaceSubrange(target, with: shard.tracked.x.coordinates[source])
        potentials.start[particle] = shard.tracked.potentials.start[row]
        potentials.end[particle] = shard.tracked.potentials.end[row]
        if let moved = shard.tracked.gradients {
          gradients!.start.coordinates.replaceSubrange(target, with: moved.start.coordinates[source])
          gradients!.end.coordinates.replaceSubrange(target, with: moved.end.coordinates[source])
        }
      }
    }
    guard logWeights.contains(where: { $0 > -.infinity }) else { throw SamplingError.noOverlap(reached: beta) }
    return acceptance / Double(living.count * steps)
  }

  private struct MovedShard: Sendable {
    var tracked: TrackedWalkers
    /// To ln w, `[row]`; zero for kernels in detailed balance.
    var increments: [Double]
    /// Σ over steps, `[row]`.
    var acceptance: [Double]
    var evaluations: Int
  }

  private func moved(
    _ range: Range<Int>, rows: [Int], _ kernel: some Kernel, steps: Int, using random: RandomStream
  ) throws -> MovedShard {
    let record = EvaluationRecord()
    let density = PathDensity(path, beta: beta, record: record)
    let coefficients = path.coefficients(at: beta)
    var tracked = TrackedWalkers(
      x: x.rows(rows),
      potentials: PathPotentials(start: rows.map { potentials.start[$0] }, end: rows.map { potentials.end[$0] }),
      gradients: gradients.map { PathGradients(start: $0.start.rows(rows), end: $0.end.rows(rows)) })
    var walkers = Walkers(
      first: first + range.lowerBound, x: tracked.x, reducedPotentials: tracked.potentials.mixed(coefficients),
      gradient: tracked.gradients?.mixed(coefficients)
        ?? Configurations(count: range.count, dimension: x.dimension), velocities: nil)
    var increments = [Double](repeating: 0, count: range.count)
    var acceptance = increments
    for step in 0..<steps {
      let before = walkers.reducedPotentials
      let transition = try kernel.pathStep(&walkers, target: density, using: random.child(step))
      for row in 0..<range.count {
        acceptance[row] += transition.acceptance[row]
        increments[row] += WeightIncrement.ofMove(
          from: before[row], to: walkers.reducedPotentials[row], logPathRatio: transition.logPathRatios[row])
      }
      try tracked.follow(walkers, record: record, path: path)
    }
    return MovedShard(
      tracked: tracked, increments: increments, acceptance: acceptance, evaluations: record.count)
  }
}
