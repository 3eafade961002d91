import Energies
import Estimators
import Randomness

/// Populations of particles that go from the proposal to the target, each by itself; see `SequentialMonteCarlo`.
///
/// Particles of a population descend from few draws, so errors come from the scatter of the populations.
public struct SequentialMonteCarloMethod<Start: Proposal, Target: TargetDensity, Move: Kernel>: EnsembleMethod {
  public let path: GeometricPath<Start, Target>
  public let sampler: SequentialMonteCarlo<Move>
  public let random: RandomStream
  public let threads: Int
  /// Particles of a population.
  public let population: Int
  public var portion: Int { 8 * population }

  /// - Parameter path: whose ends several threads evaluate at once, each for its own samples.
  public init(
    along path: GeometricPath<Start, Target>, sampler: SequentialMonteCarlo<Move>, using random: RandomStream,
    threads: Int, population: Int = 200
  ) {
    precondition(sampler.islands == 1 && sampler.threads == 1, "populations are shared out between threads here")
    (self.path, self.sampler, self.random) = (path, sampler, random)
    (self.threads, self.population) = (threads, population)
  }

  /// That of populations, which every portion names.
  public var dependence: SampleDependence { .independent }

  /// Populations are always whole. Of a last one that is not all wanted, those that stay are chosen at random: resampling leaves particles in the
  /// order of their ancestors, and the first of them are not like the others.
  public func sample(_ range: Range<Int>, state: inout NoState) throws -> EnsemblePortion {
    let first = range.lowerBound / population
    let pieces = stride(from: range.lowerBound, to: range.upperBound, by: population).map { $0..<$0 + population }
    let annealed = try parallelPieces(pieces.count, threads: threads) { number in
      let start = try path.proposal.draw(pieces[number], from: random).x
      return try sampler.anneal(start, along: path, using: random.child(-2).child(first + number))
    }
    let whole = EnsemblePortion(
      annealed, kernel: sampler.kernel,
      walkers: pieces.enumerated().flatMap { [Int](repeating: first + $0, count: $1.count) })
    guard range.count < whole.samples.x.count else { return whole }
    let lastBegins = (pieces.count - 1) * population
    var choice = random.child(-2).child(first + pieces.count - 1).child(-1)
    let order = (0..<population).map { (key: choice.uniform(), particle: lastBegins + $0) }.sorted { $0.key < $1.key }
    return whole.keeping(
      Array(0..<lastBegins) + order.prefix(range.count - lastBegins).map(\.particle).sorted())
  }
}
