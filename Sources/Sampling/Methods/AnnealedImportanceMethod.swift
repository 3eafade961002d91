import Energies
import Estimators
import Randomness

/// Every draw from the proposal goes along a path of its own to the target; see `AnnealedImportanceSampler`.
///
/// With few levels of short moves these are the stochastic layers of a stochastic normalizing flow (Wu, Köhler, Noé 2020,
/// arXiv:2002.06707), put after a trained flow.
public struct AnnealedImportanceMethod<Start: Proposal, Target: TargetDensity, Move: Kernel>: EnsembleMethod {
  public let path: GeometricPath<Start, Target>
  public let sampler: AnnealedImportanceSampler<Move>
  public let random: RandomStream
  public let threads: Int
  public let portion: Int
  /// Paths that a thread takes at a time; flows draw blocks of as many.
  static var piece: Int { 128 }

  /// - Parameters:
  ///   - path: whose ends several threads evaluate at once, each for its own samples.
  ///   - threads: among which samples are shared out.
  public init(
    along path: GeometricPath<Start, Target>, sampler: AnnealedImportanceSampler<Move>, using random: RandomStream,
    threads: Int, portion: Int = 1024
  ) {
    precondition(sampler.threads == 1, "paths are shared out between threads here")
    (self.path, self.sampler, self.random) = (path, sampler, random)
    (self.threads, self.portion) = (threads, portion)
  }

  public var dependence: SampleDependence { path.proposal.dependence }

  public func sample(_ range: Range<Int>, state: inout NoState) throws -> EnsemblePortion {
    let pieces = stride(from: range.lowerBound, to: range.upperBound, by: Self.piece).map {
      $0..<min($0 + Self.piece, range.upperBound)
    }
    let annealed = try parallelPieces(pieces.count, threads: threads) { number in
      try sampler.anneal(pieces[number], along: path, using: random)
    }
    return EnsemblePortion(annealed, kernel: sampler.kernel)
  }
}

extension EnsemblePortion {
  /// The ends of annealed pieces.
  init(_ pieces: [AnnealedSamples], kernel: some Kernel, walkers: [Int]? = nil) {
    let samples = WeightedSamples(
      x: Configurations(joining: pieces.map(\.samples.x), dimension: pieces[0].samples.x.dimension),
      reducedPotentials: pieces.flatMap(\.samples.reducedPotentials),
      // A path that was lost has no weight though its end may be possible.
      logProposals: pieces.flatMap { piece in
        zip(piece.samples.logProposals, piece.samples.logWeights).map { $1 > -.infinity ? $0 : .infinity }
      }, logWeights: pieces.flatMap(\.samples.logWeights))
    let evaluations = pieces.reduce(0) { sum, piece in
      // One evaluation at the start, the others are those of moves.
      let moves = (piece.evaluations - piece.samples.x.count) / kernel.evaluationsPerStep
      return sum + piece.evaluations + moves * kernel.guideEvaluationsPerStep
    }
    self.init(samples, walkers: walkers, evaluations: evaluations)
  }
}
