import MolFlow
import NeuralNetworks

/// A bijector as the generic checks see it: one line here runs them all.
struct BijectorCase: Sendable, CustomStringConvertible {
  var name: String
  /// Latents are drawn from this interval; data are what `forward` makes of them.
  var latents: ClosedRange<Double> = -2...2
  /// Whether the map is the identity until it is trained.
  var isIdentityAtStart = false
  /// Deviation of the random parameters; splines with large ones are too steep for numerical differences.
  var spread = 0.4
  /// Error of the round trip in single precision.
  var roundTrip = 2e-5
  var make: @Sendable (inout ParameterBuilder) -> any Bijector

  var description: String { name }

  static let registry: [BijectorCase] = [
    BijectorCase(name: "NICE coupling", isIdentityAtStart: true) {
      Coupling("c", dimension: 4, transforming: [1, 3], by: Shift(), hidden: [8], in: &$0)
    },
    BijectorCase(name: "RealNVP coupling", isIdentityAtStart: true) {
      Coupling("c", dimension: 4, transforming: [0, 3], by: Affine(), hidden: [8], in: &$0)
    },
    BijectorCase(name: "RealNVP coupling with a context", isIdentityAtStart: true) {
      Coupling("c", dimension: 4, transforming: [0, 3], by: Affine(), hidden: [8], contextFeatures: 3, in: &$0)
    },
    BijectorCase(name: "rational-quadratic coupling", isIdentityAtStart: true, spread: 0.1) {
      Coupling(
        "c", dimension: 4, transforming: [1, 2],
        by: Spline(MonotoneSpline(ends: .identity, bins: 6, lower: -3, upper: 3)),
        hidden: [8], in: &$0)
    },
    BijectorCase(name: "linear rational coupling", isIdentityAtStart: true, spread: 0.1) {
      Coupling(
        "c", dimension: 4, transforming: [1, 2],
        by: Spline(MonotoneSpline(kind: .linearRational, ends: .free, bins: 6, lower: -1, upper: 1)), hidden: [8],
        in: &$0)
    },
    BijectorCase(name: "circular coupling", latents: -3.1...3.1, isIdentityAtStart: true, spread: 0.1) {
      Coupling(
        "c", dimension: 4, transforming: [1, 2], by: CircularSpline(bins: 6), periodic: [0, 1, 2], hidden: [8], in: &$0)
    },
    BijectorCase(name: "affine autoregressive (MAF)", isIdentityAtStart: true) {
      MaskedAutoregressive("m", dimension: 4, by: Affine(), hidden: [12, 12], in: &$0)
    },
    BijectorCase(name: "spline autoregressive with a context", isIdentityAtStart: true, spread: 0.1) {
      MaskedAutoregressive(
        "m", dimension: 3, by: Spline(MonotoneSpline(ends: .identity, bins: 5, lower: -3, upper: 3)), hidden: [12],
        contextFeatures: 2, in: &$0)
    },
    BijectorCase(name: "inverse affine autoregressive (IAF)", isIdentityAtStart: true) {
      MaskedAutoregressive("m", dimension: 4, by: Affine(), hidden: [12], in: &$0).inverted
    },
    BijectorCase(name: "inverse spline autoregressive", isIdentityAtStart: true, spread: 0.1) {
      MaskedAutoregressive(
        "m", dimension: 3, by: Spline(MonotoneSpline(ends: .identity, bins: 5, lower: -3, upper: 3)), hidden: [12],
        in: &$0
      ).inverted
    },
    BijectorCase(name: "elementwise spline", isIdentityAtStart: true, spread: 0.1) {
      Elementwise("e", dimension: 3, by: Spline(MonotoneSpline(ends: .free, bins: 5, lower: -1, upper: 1)), in: &$0)
    },
    BijectorCase(name: "activation normalisation", isIdentityAtStart: true) {
      ActNorm("a", dimension: 4, in: &$0)
    },
    BijectorCase(name: "LU mixing") { LULinear("l", dimension: 4, permutation: [2, 0, 3, 1], in: &$0) },
    BijectorCase(name: "Householder mixing") { Householder("h", dimension: 4, reflections: 3, in: &$0) },
    BijectorCase(name: "permutation") { _ in Permutation([2, 0, 3, 1]) },
    BijectorCase(name: "planar", roundTrip: 2e-4) { Planar("p", dimension: 4, in: &$0) },
    BijectorCase(name: "radial") { Radial("r", dimension: 4, in: &$0) },
    BijectorCase(name: "Sylvester", roundTrip: 2e-4) { Sylvester("s", dimension: 4, reflections: 3, in: &$0) },
    BijectorCase(name: "chain") { builder in
      Chain([
        Coupling("0", dimension: 4, transforming: [1, 3], by: Affine(), hidden: [8], contextFeatures: 2, in: &builder),
        Permutation([3, 1, 0, 2]), LULinear("1", dimension: 4, permutation: [0, 1, 2, 3], in: &builder),
        ActNorm("2", dimension: 4, in: &builder),
      ])
    },
  ]
}
