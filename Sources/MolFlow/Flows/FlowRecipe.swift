import Energies
import Foundation
import NeuralNetworks
import Sampling

/// A kind of flow for molecules, with its sizes: what a model file needs, beside the parameters, to build it again.
///
/// A new kind is one type that conforms and one line in `FlowRecipes`. Its stored properties are numbers; the command takes
/// them as key=value under their names in snake case.
public protocol FlowRecipe: Sendable, Codable, Equatable {
  /// Name for configurations and files, for example "coupling".
  static var kind: String { get }

  /// Sizes that suit a molecule.
  init(atomCount: Int)

  /// Whether it works on coordinates that frames must whiten first.
  static var needsWhitening: Bool { get }

  /// Whether it needs `CartesianStatistics` of frames.
  static var needsStatistics: Bool { get }

  /// Whether one model is for any peptide: its scaling is that of the force field, and its file names no molecule.
  static var isTransferable: Bool { get }

  /// Name of the objective by which it learns from frames.
  static var likelihoodObjective: String { get }

  /// How the atoms of a molecule follow each other where one model is for any; see `isTransferable`.
  var placementOrder: ZMatrix.Order { get }

  /// What is wrong with the sizes, or nil.
  var problem: String? { get }

  /// The flow with its initial parameters, which depend on the builder's seed only.
  func flow(of subject: FlowSubject, in builder: inout ParameterBuilder) -> NormalizingFlow
}

/// The molecule that a flow is for, and how its coordinates are scaled.
public struct FlowSubject: Sendable {
  public var system: MolecularSystem
  public var coordinates: InternalCoordinates
  public var scaling: CoordinateScaling
  /// kJ/mol, for recipes that know the energy.
  public var kT: Double
  /// Of `BodyFrameCoordinates`, for recipes that need it.
  public var whitening: Whitening?
  /// Of frames, for recipes that need them.
  public var statistics: CartesianStatistics?
  /// Handedness of the stereocentres, for transferable recipes in space.
  public var signs: [Int] = []
  /// Densities of the latents, fitted to scaled coordinates, so that the flow starts as the product of their marginals; standard
  /// latents where there are none.
  public var marginals: FittedMarginalsProposal?

  public init(
    _ system: MolecularSystem, coordinates: InternalCoordinates, scaling: CoordinateScaling,
    kT: Double = ThermodynamicState(temperature: 300).kT, whitening: Whitening? = nil,
    statistics: CartesianStatistics? = nil, marginals: FittedMarginalsProposal? = nil
  ) {
    (self.system, self.coordinates, self.kT) = (system, coordinates, kT)
    (self.scaling, self.whitening, self.statistics, self.marginals) = (scaling, whitening, statistics, marginals)
  }
}

/// The kinds of flows.
public enum FlowRecipes {
  public static let all: [any FlowRecipe.Type] = [
    AutoregressiveNetwork.Options.self, CouplingRecipe.self, CartesianRecipe.self, PairFieldRecipe.self,
    GraphFieldRecipe.self, KernelFieldRecipe.self, DenseFieldRecipe.self, GuidedNetwork.Options.self,
    TransferableFieldRecipe.self,
  ]

  public static var kinds: [String] { all.map { $0.kind } }

  public static func type(of kind: String) -> (any FlowRecipe.Type)? { all.first { $0.kind == kind } }
}

extension FlowRecipe {
  public static var needsWhitening: Bool { false }
  public static var needsStatistics: Bool { false }
  public static var isTransferable: Bool { false }
  public static var likelihoodObjective: String { LikelihoodObjective.name }
  public var placementOrder: ZMatrix.Order { .byIndex }

  /// The sizes by their names in snake case.
  public var sizes: [String: Double] {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    guard let data = try? encoder.encode(self),
      let sizes = try? JSONDecoder().decode([String: Double].self, from: data)
    else { preconditionFailure("a recipe holds numbers only") }
    return sizes
  }

  /// The recipe with some other sizes; nil where one is no number of its kind.
  public func replacing(_ changes: [String: Double]) -> Self? {
    let sizes = sizes.merging(changes) { $1 }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return (try? JSONEncoder().encode(sizes)).flatMap { try? decoder.decode(Self.self, from: $0) }
  }
}

/// The flagship; see `AutoregressiveNetwork`.
extension AutoregressiveNetwork.Options: FlowRecipe {
  public static let kind = "autoregressive"

  public init(atomCount: Int) { self.init() }

  public var problem: String? {
    if min(width, layers, headWidth, heads) < 1 { return "sizes must be positive" }
    if width % heads != 0 { return "width=\(width) is not a multiple of heads=\(heads)" }
    return SplineSizes.problem(bins: bins, torsionBins: torsionBins, bound: bound)
  }

  public func flow(of subject: FlowSubject, in builder: inout ParameterBuilder) -> NormalizingFlow {
    let network = AutoregressiveNetwork("flow", options: self, in: &builder)
    let features = PlacementFeatures(
      subject.system, zMatrix: subject.coordinates.zMatrix, scaling: subject.scaling)
    return NormalizingFlow(
      coordinates: subject.coordinates, scaling: subject.scaling,
      architecture: AutoregressiveArchitecture(
        network: network, layout: AutoregressiveNetwork.Layout(features: features, scaling: subject.scaling)),
      base: subject.marginals, parameters: builder.store)
  }
}

/// What recipes with splines have in common.
enum SplineSizes {
  static func problem(bins: Int, torsionBins: Int, bound: Double) -> String? {
    guard (2...MonotoneSpline.largestBins).contains(bins), (2...MonotoneSpline.largestBins).contains(torsionBins) else {
      return "bins and torsion_bins must be from 2 to \(MonotoneSpline.largestBins)"
    }
    return bound > 0 ? nil : "bound must be positive"
  }
}
