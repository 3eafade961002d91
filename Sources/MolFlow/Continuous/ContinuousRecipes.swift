import Energies
import NeuralNetworks
import Sampling

/// What recipes of continuous flows have in common: how paths are integrated, and flow matching.
protocol IntegratedRecipe: FlowRecipe {
  /// Equal steps of Runge and Kutta's method; 0 for steps chosen by `tolerance`.
  var steps: Int { get }
  var tolerance: Double { get }
}

extension IntegratedRecipe {
  public static var likelihoodObjective: String { FlowMatchingObjective.name }

  var integrator: FlowIntegrator {
    FlowIntegrator(steps > 0 ? .rungeKutta(steps: steps) : .dormandPrince(tolerance: tolerance))
  }

  func problemOfSolver() -> String? {
    if steps < 0 { return "steps must not be negative" }
    if steps == 0, !(tolerance > 0 && tolerance < 1) { return "tolerance must be between 0 and 1" }
    return nil
  }
}

/// What recipes of continuous flows of molecules in space have in common: a field on mean-free Cartesian coordinates of width 1, latents with the
/// covariance of frames, trained by flow matching.
protocol ContinuousRecipe: IntegratedRecipe {
  /// Pairs with σ/s₀ below this are guided (`HarmonicGuide`); 0 for no guide.
  var stiffness: Double { get }

  func field(
    _ classes: PairClasses, statistics: CartesianStatistics, in builder: inout ParameterBuilder
  ) -> any VelocityField
}

extension ContinuousRecipe {
  public static var needsStatistics: Bool { true }

  var problemOfGuideAndSolver: String? {
    stiffness < 0 ? "stiffness must not be negative" : problemOfSolver()
  }

  public func flow(of subject: FlowSubject, in builder: inout ParameterBuilder) -> NormalizingFlow {
    guard let statistics = subject.statistics else { preconditionFailure("the recipe needs statistics of frames") }
    let molecule = subject.system.molecule
    let axes = subject.system.axes
    let classes = PairClasses(molecule)
    let centers = ChiralCenters(molecule)
    let chart = MeanFreeChart(
      atoms: molecule.atomCount, axes: axes, width: statistics.width, centers: centers, signs: statistics.signs)
    guard let base = EquivariantNormalProposal(covariance: statistics.covariance, atoms: molecule.atomCount, axes: axes)
    else {
      preconditionFailure("a covariance of full rank")
    }
    var field = field(classes, statistics: statistics, in: &builder)
    if stiffness > 0, axes == 3, let guide = HarmonicGuide(statistics, classes: classes, stiffness: stiffness) {
      field = GuidedField(field: field, guide: guide)
    }
    let architecture = ContinuousArchitecture(
      field: field, integrator: integrator, axes: axes)
    return NormalizingFlow(
      chart: chart,
      coordinates: architecture.places.map { FlowCoordinate(place: $0, width: statistics.width) },
      base: base, architecture: architecture, parameters: builder.store)
  }
}

/// The continuous flow of a `PairField`.
public struct PairFieldRecipe: ContinuousRecipe {
  public static let kind = "equivariant"

  public var width = 96
  /// Gaussians of the distance up to `longest` deviations of a coordinate.
  public var gaussians = 24
  public var longest = 6.0
  public var steps = 0
  public var tolerance = 1e-4
  public var stiffness = 0.08

  public init(atomCount: Int) {}

  public var problem: String? {
    if min(width, gaussians) < 1 || longest <= 0 { return "sizes must be positive" }
    return problemOfGuideAndSolver
  }

  func field(
    _ classes: PairClasses, statistics: CartesianStatistics, in builder: inout ParameterBuilder
  ) -> any VelocityField {
    PairField(
      classes: classes, width: width, gaussians: gaussians, longest: longest,
      statistics: zip(statistics.distanceMeans, statistics.distanceDeviations).map { ($0, $1) }, in: &builder)
  }
}

/// The continuous flow of a `GraphField`.
public struct GraphFieldRecipe: ContinuousRecipe {
  public static let kind = "egnn"

  public var width = 64
  public var layers = 5
  public var steps = 0
  public var tolerance = 1e-4
  public var stiffness = 0.0

  public init(atomCount: Int) {}

  public var problem: String? {
    if min(width, layers) < 1 { return "sizes must be positive" }
    return problemOfGuideAndSolver
  }

  func field(
    _ classes: PairClasses, statistics: CartesianStatistics, in builder: inout ParameterBuilder
  ) -> any VelocityField {
    GraphField(classes: classes, width: width, layers: layers, in: &builder)
  }
}

/// The continuous flow of a `KernelField`.
public struct KernelFieldRecipe: ContinuousRecipe {
  public static let kind = "kernel-dynamics"

  public var gaussians = 50
  public var longest = 6.0
  public var steps = 0
  public var tolerance = 1e-4
  public var stiffness = 0.0

  public init(atomCount: Int) {}

  public var problem: String? {
    if gaussians < 1 || longest <= 0 { return "sizes must be positive" }
    return problemOfGuideAndSolver
  }

  func field(
    _ classes: PairClasses, statistics: CartesianStatistics, in builder: inout ParameterBuilder
  ) -> any VelocityField {
    KernelField(classes: classes, gaussians: gaussians, longest: longest, in: &builder)
  }
}
