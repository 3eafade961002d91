import NeuralNetworks
import Randomness

/// An architecture that is told by features what its molecule is.
protocol FeatureInformedArchitecture: FlowArchitecture {
  var featureCount: Int { get }

  /// The same with each feature multiplied by its gain.
  func weighingFeatures(_ gains: [Double]) -> Self
}

/// Leaves each feature of a molecule out with probability p and divides the others by 1 − p, so that a network knows no peptide by a single
/// one (dropout: Srivastava et al. 2014, J. Mach. Learn. Res. 15, 1929). The density stays a normalized one.
struct FeatureDropout {
  /// p, at least 0 and below 1.
  var fraction: Double

  /// The flow with what `random` leaves of its features; as it is where it has none.
  func callAsFunction(_ flow: NormalizingFlow, using random: RandomStream) -> NormalizingFlow {
    guard fraction > 0, let architecture = flow.architecture as? any FeatureInformedArchitecture else { return flow }
    var random = random
    let gains = (0..<architecture.featureCount).map { _ in random.uniform() < fraction ? 0 : 1 / (1 - fraction) }
    return NormalizingFlow(
      chart: flow.chart, coordinates: flow.coordinates, base: flow.base,
      architecture: architecture.weighingFeatures(gains), parameters: flow.parameters)
  }
}
