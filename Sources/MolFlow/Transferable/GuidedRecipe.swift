import Energies
import NeuralNetworks

/// A transferable autoregressive flow along the z-matrix of any peptide.
public struct GuidedArchitecture: FlowArchitecture {
  public let network: GuidedNetwork
  public internal(set) var layout: GuidedNetwork.Layout

  public var rows: Int { AutoregressiveNetwork.coordinateRows }
  public var tokens: Int { layout.tokens }
  public var places: [CoordinatePlace] { CoordinatePlace.ofTokens(layout.rows) }

  public var hasCoordinateDerivatives: Bool { false }

  public func forward(_ latents: Variable) -> Transformed { network.forward(latents, layout) }
  public func inverse(_ coordinates: Variable) -> Transformed { network.inverse(coordinates, layout) }
}

extension GuidedArchitecture: FeatureInformedArchitecture {
  var featureCount: Int { PeptideFeatures.count }

  func weighingFeatures(_ gains: [Double]) -> GuidedArchitecture {
    var weighed = self
    weighed.layout.gains = gains
    return weighed
  }
}

/// See `GuidedNetwork`.
extension GuidedNetwork.Options: FlowRecipe {
  public static let kind = "transferable"
  public static var isTransferable: Bool { true }

  public init(atomCount: Int) { self.init() }

  public var placementOrder: ZMatrix.Order { backboneFirst == 0 ? .byIndex : .backboneFirst }

  public var problem: String? {
    if min(width, layers, headWidth, heads) < 1 { return "sizes must be positive" }
    if width % heads != 0 { return "width=\(width) is not a multiple of heads=\(heads)" }
    if nodes < 24 || nodes % 24 != 0 || nodes > 720 { return "nodes=\(nodes) is not a multiple of 24 up to 720" }
    if harmonics < 1 || 2 * harmonics > nodes { return "harmonics must be from 1 to half of the nodes" }
    if ![0, 1].contains(guidance) { return "guidance=\(guidance) is neither 0 nor 1" }
    if ![0, 1].contains(backboneFirst) { return "backbone_first=\(backboneFirst) is neither 0 nor 1" }
    return SplineSizes.problem(bins: bins, torsionBins: 2, bound: bound)
  }

  public func flow(of subject: FlowSubject, in builder: inout ParameterBuilder) -> NormalizingFlow {
    let network = GuidedNetwork("flow", options: self, in: &builder)
    let zMatrix = subject.coordinates.zMatrix
    return NormalizingFlow(
      coordinates: subject.coordinates, scaling: subject.scaling,
      architecture: GuidedArchitecture(
        network: network,
        layout: GuidedNetwork.Layout(
          subject.system, zMatrix: zMatrix, scaling: subject.scaling, nodes: nodes, kT: subject.kT)),
      parameters: builder.store)
  }
}
