import Energies
import Randomness

/// One model with places to test it at. A line in `models` runs all generic checks on it.
struct ModelCase: Sendable, CustomStringConvertible {
  let description: String
  let model: any ModelSystem
  /// Typical width of a coordinate; test points are drawn from a normal density of this width, particles apart.
  let width: Double
  /// Key in Golden/models.json.
  var golden: String?

  static let all: [ModelCase] = [
    ModelCase(
      "harmonic", HarmonicOscillator(stiffness: [1, 4, 0.25], mean: [0.5, -1, 2]), 1.5, "harmonic_oscillator"),
    ModelCase("harmonic, 60 dimensions", HarmonicOscillator(dimension: 60, stiffness: 3, mean: 1), 1),
    ModelCase("double well", AsymmetricDoubleWell(dimension: 3), 2, "double_well"),
    ModelCase("double well, 1 dimension", AsymmetricDoubleWell(dimension: 1, a: 2, b: 5, c: -1), 2),
    ModelCase("Müller–Brown", MuellerBrown(), 0.6, "mueller_brown"),
    ModelCase("many-well", ManyWell(), 1.5, "many_well"),
    ModelCase("40 Gaussians", GaussianMixture.forty, 20, "gaussian_mixture"),
    ModelCase(
      "2 Gaussians, 5 dimensions",
      GaussianMixture(means: [[0, 0, 0, 0, 0], [1, 2, 3, 4, 5]], standardDeviation: 0.7), 2),
    ModelCase("DW4", PairDoubleWell.dw4, 2.5, "pair_double_well"),
    ModelCase("LJ2", LennardJonesCluster(particleCount: 2), 1, nil),
    ModelCase("LJ13", LennardJonesCluster.lj13, 1.2, "lj13"),
    ModelCase("LJ55", LennardJonesCluster.lj55, 1.8, "lj55"),
    ModelCase("LJ13, pairs counted twice", LennardJonesCluster.lj13CountedTwice, 1.2, "lj13_counted_twice"),
    ModelCase("LJ13, no spring", LennardJonesCluster(particleCount: 13, spring: 0), 1.2, "lj13_without_spring"),
    ModelCase("LJ55, no spring", LennardJonesCluster(particleCount: 55, spring: 0), 1.8, "lj55_without_spring"),
  ]

  init(_ description: String, _ model: any ModelSystem, _ width: Double, _ golden: String? = nil) {
    self.description = description
    self.model = model
    self.width = width
    self.golden = golden
  }

  /// Points with finite, ordinary energies: particles are at least 0.75 apart, nearer than any model's minimum.
  func points(_ count: Int, seed: UInt64) -> Configurations {
    var random = RandomStream(seed: seed)
    var x = Configurations(count: count, dimension: model.dimension)
    for sample in 0..<count {
      guard let cluster = model as? any ParticleCluster else {
        for i in 0..<model.dimension { x[sample, i] = width * random.normal() }
        continue
      }
      let d = cluster.spatialDimension
      for particle in 0..<cluster.particleCount {
        var nearest = 0.0
        repeat {
          for axis in 0..<d { x[sample, particle * d + axis] = width * random.normal() }
          nearest =
            (0..<particle).map { other in
              (0..<d).reduce(0) { sum, axis in
                let difference = x[sample, particle * d + axis] - x[sample, other * d + axis]
                return sum + difference * difference
              }
            }.min() ?? 1
        } while nearest < 0.75 * 0.75
      }
    }
    return x
  }
}
