import NeuralNetworks

/// The continuous flow of a `DenseField` on internal coordinates: scaled bonds, angles and dihedrals between siblings, and torsions
/// on the circle, where paths take the shorter way round (Chen & Lipman 2024, arXiv:2302.03660).
///
/// It does not see rotations and translations, since internal coordinates do not, and tells mirror images apart.
public struct DenseFieldRecipe: IntegratedRecipe {
  public static let kind = "ffjord"

  public var width = 256
  public var layers = 4
  /// Sines and cosines of a torsion.
  public var harmonics = 3
  public var steps = 0
  public var tolerance = 1e-4

  public init(atomCount: Int) {}

  public var problem: String? {
    if min(width, layers, harmonics) < 1 { return "sizes must be positive" }
    return problemOfSolver()
  }

  public func flow(of subject: FlowSubject, in builder: inout ParameterBuilder) -> NormalizingFlow {
    let ranges = subject.scaling.coordinates
    let field = DenseField(
      dimension: ranges.count, circular: ranges.indices.filter { ranges[$0].range == nil }, width: width,
      layers: layers, harmonics: harmonics, in: &builder)
    return NormalizingFlow(
      coordinates: subject.coordinates, scaling: subject.scaling,
      architecture: ContinuousArchitecture(field: field, integrator: integrator, axes: ranges.count),
      base: subject.marginals, parameters: builder.store)
  }
}
