import Energies
import Estimators
import Foundation
import Randomness

/// Chains that mix draws from the proposal with local moves at the target: samples without weights.
///
/// A chain starts at a sample of a pool of weighted draws, taken by weight. Each round first proposes a fresh draw y of the proposal
/// in place of x and accepts it with min(1, w(y)/w(x)), w = e^{−u}/q (independence Metropolis); then come `stepsPerRound` steps of a
/// local kernel, and the round's end is a sample. Both leave the target invariant; where the proposal has too little
/// density the local moves go on, and between regions that they do not connect the draws carry chains over. `burnIn` rounds come
/// first and are not kept.
///
/// ln w of every sample is `logPartitionFunction`, which a pilot of weighted draws has to bring.
///
/// Source: Tierney 1994, doi:10.1214/aos/1176325750; Gabrié, Rotskoff, Vanden-Eijnden 2022, doi:10.1073/pnas.2109420119.
public struct IndependenceMetropolisMethod<Start: Proposal, Target: TargetDensity, Move: Kernel>: EnsembleMethod {
  public struct State: Sendable, Codable {
    /// `[chain][coordinate]`
    var positions: PackedDoubles
    var reducedPotentials: PackedDoubles
    fileprivate var round: Int
    /// Σ of acceptance probabilities of draws, and how many there were.
    fileprivate var accepted: Double
    fileprivate var proposed: Int

    /// Share of the draws that were accepted.
    public var acceptance: Double { accepted / Double(max(1, proposed)) }
  }

  public let proposal: Start
  public let target: Target
  public let kernel: Move
  public let stepsPerRound: Int
  public let burnIn: Int
  public let chains: Int
  public let pool: Int
  public let logPartitionFunction: Double
  public let random: RandomStream
  public let threads: Int

  public init(
    from proposal: Start, to target: Target, kernel: Move, stepsPerRound: Int, burnIn: Int = 10, chains: Int = 128,
    pool: Int = 2048, logPartitionFunction: Double, using random: RandomStream, threads: Int
  ) {
    precondition(Move.isMetropolised, "local moves must leave the target invariant")
    precondition(stepsPerRound >= 0 && burnIn >= 0 && chains > 1 && pool >= chains)
    (self.proposal, self.target, self.kernel) = (proposal, target, kernel)
    (self.stepsPerRound, self.burnIn, self.chains, self.pool) = (stepsPerRound, burnIn, chains, pool)
    (self.logPartitionFunction, self.random, self.threads) = (logPartitionFunction, random, threads)
  }

  /// Rounds of a portion × chains.
  public var portion: Int { 8 * chains }
  /// That of chains, which every portion names.
  public var dependence: SampleDependence { .independent }

  public func start() throws -> State {
    let samples = try ImportanceSampler().sample(0..<pool, from: proposal, to: target, using: random.child(-1))
    let shares = try LogWeights(samples.logWeights).normalized.map { exp($0) }
    let parents = SystematicResampling().parents(weights: shares, count: chains, using: random.child(-2))
    var state = State(
      positions: PackedDoubles(samples.x.rows(parents).coordinates),
      reducedPotentials: PackedDoubles(parents.map { samples.reducedPotentials[$0] }), round: 0, accepted: 0,
      proposed: 0)
    for _ in 0..<burnIn { try advance(&state) }
    return state
  }

  public func sample(_ range: Range<Int>, state: inout State) throws -> EnsemblePortion {
    precondition(range.lowerBound % chains == 0, "portions begin with the first chain")
    var x = Configurations(count: 0, dimension: target.dimension)
    var potentials: [Double] = []
    let rounds = (range.count + chains - 1) / chains
    for _ in 0..<rounds {
      try advance(&state)
      x = x.appending(configurations(state))
      potentials += state.reducedPotentials.values
    }
    let kept = range.count
    potentials = Array(potentials.prefix(kept))
    let logWeights = [Double](repeating: logPartitionFunction, count: kept)
    return EnsemblePortion(
      WeightedSamples(
        x: x.slice(0..<kept), reducedPotentials: potentials,
        logProposals: potentials.map { -$0 - logPartitionFunction },
        logWeights: logWeights),
      walkers: (0..<kept).map { $0 % chains },
      evaluations: evaluations(rounds: rounds) + (range.lowerBound == 0 ? pool + evaluations(rounds: burnIn) : 0))
  }

  public func diagnostics(of state: State) -> [String: Double] { ["acceptance_of_draws": state.acceptance] }

  /// Of the draws, and of local moves, which begin with one for each chain.
  private func evaluations(rounds: Int) -> Int {
    rounds * chains * (1 + (stepsPerRound > 0 ? 1 + stepsPerRound * kernel.evaluationsPerStep : 0))
  }

  private func configurations(_ state: State) -> Configurations {
    Configurations(count: chains, dimension: target.dimension, coordinates: state.positions.values)
  }

  private func advance(_ state: inout State) throws {
    var x = configurations(state)
    let own = random.child(state.round)
    // Chain c takes draw c of the round.
    let (y, logQ) = try proposal.draw(0..<chains, from: own.child(0))
    let drawn = zip(try target.reducedPotentials(of: y), logQ).map { (u: $0, logWeight: -$0 - $1) }
    let standing = zip(state.reducedPotentials.values, try proposal.logDensities(of: x)).map { -$0 - $1 }
    var potentials = state.reducedPotentials.values
    for chain in 0..<chains {
      let logRatio = drawn[chain].logWeight - standing[chain]
      state.accepted += MetropolisDecision.probability(logRatio)
      var decision = own.child(1).child(chain)
      guard MetropolisDecision.accepts(logRatio, logUniform: -decision.exponential()) else { continue }
      let row = chain * x.dimension..<(chain + 1) * x.dimension
      x.coordinates.replaceSubrange(row, with: y.coordinates[row])
      potentials[chain] = drawn[chain].u
    }
    state.proposed += chains
    if stepsPerRound > 0 {
      let (start, noise, kernel, target) = (x, own.child(2), kernel, target)
      let moved = try parallelResults(of: chains, threads: threads) { range in
        var walkers = try kernel.start(
          at: start.slice(range), first: range.lowerBound, target: target, using: noise.child(-1))
        for step in 0..<stepsPerRound { _ = try kernel.step(&walkers, target: target, using: noise.child(step)) }
        return (walkers.x, walkers.reducedPotentials)
      }
      x = Configurations(joining: moved.map(\.0), dimension: x.dimension)
      potentials = moved.flatMap(\.1)
    }
    state.positions = PackedDoubles(x.coordinates)
    state.reducedPotentials = PackedDoubles(potentials)
    state.round += 1
  }
}
