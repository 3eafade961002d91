import Foundation

extension GaussianMixture {
  /// The mixture of 40 equal Gaussians in the plane on which the field compares itself, log Z = 0.
  ///
  /// Means uniform in [−40, 40]², standard deviation softplus(1) = ln(1 + e) = 1.3133 (Midgley et al. 2023,
  /// arXiv:2208.01893). The means are those of the authors' program: 80 (u − ½) in single precision, u the low 24 bits of
  /// successive outputs of the Mersenne Twister MT19937 with seed 0, over 2²⁴.
  public static let forty = GaussianMixture(
    means: fortyMeans.map { [Double($0.x), Double($0.y)] }, standardDeviation: log(1 + exp(1.0)))

  private static let fortyMeans: [SIMD2<Float>] = [
    SIMD2(-0.2994728, 21.457745), SIMD2(-32.921806, -29.437561), SIMD2(-15.406175, 10.7262945),
    SIMD2(-0.7925272, 31.71558), SIMD2(-3.5497618, 10.584502), SIMD2(-12.088523, -7.8626156),
    SIMD2(-38.21394, -26.491283), SIMD2(-16.488924, 1.4817429), SIMD2(15.813408, 24.000912),
    SIMD2(-27.117643, -17.418514), SIMD2(14.528685, 33.21552), SIMD2(-8.232007, 29.93247),
    SIMD2(-6.4473343, 4.232564), SIMD2(36.219048, -37.106815), SIMD2(-25.181519, -10.12661),
    SIMD2(-15.591998, 34.56003), SIMD2(-25.927185, -18.413315), SIMD2(-27.945618, -37.46244),
    SIMD2(-23.349619, 34.383923), SIMD2(17.848736, 19.386902), SIMD2(2.1036625, -20.50734),
    SIMD2(6.7673874, -37.34779), SIMD2(-28.902649, -20.6212), SIMD2(25.237518, 23.45285),
    SIMD2(-17.739801, -1.4432955), SIMD2(25.582428, 39.765324), SIMD2(15.875287, 5.403714),
    SIMD2(26.819454, -23.552094), SIMD2(7.453761, -31.01222), SIMD2(-27.723446, -20.663342),
    SIMD2(18.098923, 16.086416), SIMD2(-23.6941, 12.084284), SIMD2(21.958881, -5.0486946), SIMD2(1.5272617, 9.268188),
    SIMD2(24.815063, 38.407764), SIMD2(-30.824944, -14.65879), SIMD2(15.720396, 33.141975),
    SIMD2(34.808292, 35.29427), SIMD2(7.960582, -34.783306), SIMD2(3.6797, -25.024214),
  ]
}
