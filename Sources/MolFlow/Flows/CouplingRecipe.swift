import NeuralNetworks
import Randomness

/// A coupling flow on all internal coordinates: bonds, angles and dihedrals between siblings by rational-quadratic splines
/// with normal tails, torsions by circular ones (Rezende et al. 2020, arXiv:2002.02428; for Boltzmann generators Midgley et
/// al. 2023, arXiv:2208.01893).
///
/// A block has four couplings: either half of the torsions given all else, then either half of the other coordinates given
/// all else. The halves are drawn anew in every block.
public struct CouplingRecipe: FlowRecipe {
  public static let kind = "coupling"

  public var blocks = 4
  /// Of the two hidden layers of each coupling's network.
  public var width = 128
  public var bins = 8
  /// Where the splines of scaled coordinates become straight.
  public var bound = 5.0
  public var torsionBins = 12

  public init() {}

  public init(atomCount: Int) {
    self.init()
    // A network sees three numbers of each atom and gives its splines some thirty.
    width = max(64, min(512, 6 * atomCount))
  }

  public var problem: String? {
    if min(blocks, width) < 1 { return "sizes must be positive" }
    return SplineSizes.problem(bins: bins, torsionBins: torsionBins, bound: bound)
  }

  public func flow(of subject: FlowSubject, in builder: inout ParameterBuilder) -> NormalizingFlow {
    let isFree = subject.scaling.coordinates.map { $0.range == nil }
    let torsions = isFree.indices.filter { isFree[$0] }
    let scaled = isFree.indices.filter { !isFree[$0] }
    let linear = ScaledConditional(bins: bins, bound: bound, largestLogScale: 1)
    let circular = CircularSpline(bins: torsionBins)
    var steps: [any Bijector] = []
    for block in 0..<blocks {
      var random = RandomStream(seed: UInt64(block), stream: UInt64(isFree.count))
      for (name, coordinates, transform) in [
        ("torsions", torsions, circular as any ElementwiseTransform), ("scaled", scaled, linear),
      ] where !coordinates.isEmpty {
        let order = coordinates.shuffled(using: &random)
        let halves = [order.prefix((order.count + 1) / 2), order.suffix(order.count / 2)].filter { !$0.isEmpty }
        for (number, half) in halves.enumerated() where half.count < isFree.count {
          steps.append(
            Coupling(
              "flow.\(block).\(name).\(number)", dimension: isFree.count, transforming: half.sorted(), by: transform,
              periodic: Set(torsions), hidden: [width, width], in: &builder))
        }
      }
    }
    return NormalizingFlow(
      coordinates: subject.coordinates, scaling: subject.scaling, architecture: BijectorArchitecture(Chain(steps)),
      base: subject.marginals, parameters: builder.store)
  }
}
