import NeuralNetworks
import Randomness
import Sampling

/// A coupling flow on whitened Cartesian coordinates in the frame of three atoms (`BodyFrameCoordinates`), for molecules that
/// stay near one shape. Whitening of Cartesian coordinates: Noé, Olsson, Köhler & Wu 2019, doi:10.1126/science.aaw1147.
///
/// A block has two couplings, either half of the coordinates given the other, drawn anew in every block.
public struct CartesianRecipe: FlowRecipe {
  public static let kind = "cartesian"
  public static let needsWhitening = true

  public var blocks = 6
  /// Of the two hidden layers of each coupling's network.
  public var width = 128
  public var bins = 8
  /// Where the splines become straight, in deviations.
  public var bound = 5.0

  public init() {}

  public init(atomCount: Int) {
    self.init()
    width = max(64, min(512, 6 * atomCount))
  }

  public var problem: String? {
    if min(blocks, width) < 1 { return "sizes must be positive" }
    return SplineSizes.problem(bins: bins, torsionBins: bins, bound: bound)
  }

  public func flow(of subject: FlowSubject, in builder: inout ParameterBuilder) -> NormalizingFlow {
    guard let whitening = subject.whitening else { preconditionFailure("the recipe needs a whitening") }
    let chart = WhitenedChart(BodyFrameCoordinates(subject.coordinates.zMatrix), by: whitening)
    return NormalizingFlow(
      chart: chart,
      base: subject.marginals ?? StandardLatents(isPeriodic: [Bool](repeating: false, count: chart.coordinateCount)),
      bijector: Self.couplings(
        "flow", dimension: chart.coordinateCount, blocks: blocks,
        by: ScaledConditional(bins: bins, bound: bound, largestLogScale: 1),
        hidden: [width, width], in: &builder),
      parameters: builder.store)
  }

  /// Blocks of two couplings over all of `dimension` coordinates.
  public static func couplings(
    _ name: String, dimension: Int, blocks: Int, by transform: any ElementwiseTransform, hidden: [Int],
    in builder: inout ParameterBuilder
  ) -> Chain {
    var steps: [any Bijector] = []
    for block in 0..<blocks {
      var random = RandomStream(seed: UInt64(block), stream: UInt64(dimension))
      let order = (0..<dimension).shuffled(using: &random)
      for (number, half) in [order.prefix(dimension / 2), order.suffix(dimension - dimension / 2)].enumerated() {
        steps.append(
          Coupling(
            "\(name).\(block).\(number)", dimension: dimension, transforming: half.sorted(), by: transform,
            hidden: hidden, in: &builder))
      }
    }
    return Chain(steps)
  }
}

extension NormalizingFlow {
  /// A bijector on all coordinates of a chart, as they are or scaled.
  ///
  /// - Parameters:
  ///   - widths: of the coordinates; 1 unless given.
  ///   - periodic: which are angles.
  public init(
    chart: any CoordinateChart, base: any DifferentiableProposal, bijector: any Bijector, widths: [Double]? = nil,
    periodic: Set<Int> = [], parameters: ParameterStore
  ) {
    self.init(
      chart: chart,
      coordinates: (0..<chart.coordinateCount).map { i in
        FlowCoordinate(
          place: CoordinatePlace(row: i, token: 0), width: widths?[i] ?? 1, isPeriodic: periodic.contains(i))
      }, base: base, architecture: BijectorArchitecture(bijector), parameters: parameters)
  }
}
