import Energies
import Foundation
import Randomness
import Testing

/// Exact samplers against known moments, and known partition functions against importance sampling.
///
/// Failure probability: |z| < 5 for each of fewer than 1000 statistics of fixed seeds, of normal shape for these sample
/// sizes: below 6e-4 in all, for a wrong seed choice; the seeds are fixed, so a test that passes stays so.
@Suite struct ModelSamplerTests {
  @Test(arguments: ModelCase.all.filter { $0.model is any ExactlySampledModel })
  func momentsAndVirialAgree(_ model: ModelCase) throws {
    let exact = model.model as! any ExactlySampledModel
    var random = RandomStream(seed: 20)
    let count = 10_000
    let x = exact.exactSamples(count, using: &random)
    var forces = Configurations(count: 0, dimension: 1)
    _ = try exact.energies(of: x, forces: &forces)
    let moments = try #require(exact.coordinateMoments)
    for i in 0..<exact.dimension {
      let values = (0..<count).map { x[$0, i] }
      #expect(abs(zScore(values, expected: moments.means[i])) < 5)
      let squares = values.map { ($0 - moments.means[i]) * ($0 - moments.means[i]) }
      #expect(abs(zScore(squares, expected: moments.variances[i])) < 5)
      // Integration by parts: ⟨xᵢ Fᵢ⟩ = −1 and ⟨Fᵢ⟩ = 0 for every density exp(−u) with F = −∂u.
      #expect(abs(zScore((0..<count).map { x[$0, i] * forces[$0, i] }, expected: -1)) < 5)
      #expect(abs(zScore((0..<count).map { forces[$0, i] }, expected: 0)) < 5)
    }
    // The same seed gives the same samples.
    var again = RandomStream(seed: 20)
    #expect(exact.exactSamples(count, using: &again) == x)
  }

  /// ⟨exp(−u)/q⟩ = Z with q a normal density on the mean-free subspace. Widths chosen for a finite variance.
  @Test(arguments: [
    (ModelCase("DW4", PairDoubleWell.dw4, 2.8), 200_000),
    (ModelCase("LJ2", LennardJonesCluster(particleCount: 2), 1.5), 50_000),
  ])
  func partitionFunctionsOfClustersAreThoseOfTheMeanFreeSubspace(_ model: ModelCase, count: Int) throws {
    let cluster = model.model as! any ParticleCluster
    let (n, d) = (cluster.particleCount, cluster.spatialDimension)
    var random = RandomStream(seed: 21)
    var x = Configurations(
      count: count, dimension: cluster.dimension,
      coordinates: random.normals(count * cluster.dimension).map { $0 * model.width })
    var logQ = [Double](repeating: 0, count: count)
    for sample in 0..<count {
      var squared = 0.0
      for axis in 0..<d {
        let mean = (0..<n).reduce(0) { $0 + x[sample, $1 * d + axis] } / Double(n)
        for i in 0..<n {
          x[sample, i * d + axis] -= mean
          squared += x[sample, i * d + axis] * x[sample, i * d + axis]
        }
      }
      logQ[sample] =
        -0.5 * squared / (model.width * model.width)
        - 0.5 * Double(cluster.degreesOfFreedom) * log(2 * Double.pi * model.width * model.width)
    }
    let expected = try #require(cluster.logPartitionFunction)
    let ratios = zip(try cluster.energies(of: x), logQ).map { exp(-$0 - $1 - expected) }
    #expect(abs(zScore(ratios, expected: 1)) < 5)
    // The test can tell: a lost N^(d/2) is a factor 4 for DW4 and 2.8 for LJ2, √2π for one degree of freedom is 2.5.
    #expect(standardError(ratios) < 0.15)
  }

  /// The wells by SciPy's adaptive quadrature (relative error 1e-12), and FAB's constant 11784.50927 to its digits.
  @Test func quadraturesOfWells() throws {
    let golden = try ModelGoldenValues.load().wells
    let double = AsymmetricDoubleWell()
    for (name, well) in [("double_well", double.well), ("many_well", ManyWell().well)] {
      let expected = try #require(golden[name])
      let found = well.statistics
      #expect(abs(found.logPartitionFunction - expected.log) < 1e-10)
      #expect(abs(found.mean - expected.mean) < 1e-9)
      #expect(abs(found.variance - expected.variance) < 1e-9)
    }
    #expect(abs(double.freeEnergyDifference() - golden["double_well"]!.difference!) < 1e-9)
    #expect(abs(exp(ManyWell().well.statistics.logPartitionFunction) - 11_784.509_27) < 1e-5)
  }

  /// The free energy between the wells, from exact samples: ln(n₋/n₊) with binomial error.
  @Test func regionsOfTheDoubleWellHaveTheRightWeights() {
    let model = AsymmetricDoubleWell(dimension: 1, a: 1, b: 4, c: 0.3)
    var random = RandomStream(seed: 22)
    let x = model.exactSamples(50_000, using: &random)
    let right = x.coordinates.map { $0 > 0.2 ? 1.0 : 0 }
    let probability = 1 / (1 + exp(model.freeEnergyDifference(divide: 0.2)))
    #expect(probability > 0.05 && probability < 0.45)
    #expect(abs(zScore(right, expected: probability)) < 5)
  }

  @Test func meansOfTheFortyGaussiansAreThePublishedOnes() throws {
    let golden = try #require(try ModelGoldenValues.load().models["gaussian_mixture"]?.component_means)
    #expect(golden.count == 40 && GaussianMixture.forty.componentCount == 40)
    // Single-precision numbers written with the digits that tell them apart: equal after rounding to single precision.
    for k in 0..<40 {
      #expect(GaussianMixture.forty.mean(ofComponent: k).map(Float.init) == golden[k].map(Float.init))
    }
    #expect(GaussianMixture.forty.mean(ofComponent: 0).map { ($0 * 1e4).rounded() / 1e4 } == [-0.2995, 21.4577])
    #expect(abs(GaussianMixture.forty.standardDeviation - 1.3133) < 5e-5)
  }

  @Test func muellerBrownHasItsPublishedMinimaAndMeans() throws {
    let model = MuellerBrown(scale: 1)
    let minima = Configurations(count: 3, dimension: 2, coordinates: [-0.558, 1.442, 0.623, 0.028, -0.050, 0.467])
    for (found, expected) in zip(try model.energies(of: minima), [-146.700, -108.167, -80.768]) {
      // The places are rounded to 1e-3 where the curvature is of order 1e3.
      #expect(abs(found - expected) < 2e-3)
    }
    let golden = try #require(try ModelGoldenValues.load().models["mueller_brown"]?.means)
    let moments = try #require(MuellerBrown().coordinateMoments)
    for i in 0..<2 { #expect(abs(moments.means[i] - golden[i]) < 1e-8) }
  }

  /// The famous minima of clusters without a spring, Wales & Doye 1997, doi:10.1021/jp970984n.
  @Test func lennardJonesClustersHaveTheirPublishedMinima() throws {
    for (count, key, expected) in [(13, "lj13_without_spring", -44.326_801), (55, "lj55_without_spring", -279.248_470)]
    {
      let golden = try #require(try ModelGoldenValues.load().models[key]?.points)
      let cluster = LennardJonesCluster(particleCount: count, spring: 0)
      let x = Configurations(count: 1, dimension: 3 * count, coordinates: golden[0])
      var forces = Configurations(count: 0, dimension: 1)
      #expect(abs(try cluster.energies(of: x, forces: &forces)[0] - expected) < 1e-6)
      #expect(forces.coordinates.allSatisfy { abs($0) < 1e-5 })
    }
  }
}

/// (mean − expected)/standard error.
private func zScore(_ values: [Double], expected: Double) -> Double {
  (values.reduce(0, +) / Double(values.count) - expected) / standardError(values)
}

private func standardError(_ values: [Double]) -> Double {
  let n = Double(values.count)
  let mean = values.reduce(0, +) / n
  return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n * (n - 1))).squareRoot()
}
