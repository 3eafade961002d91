import Energies
import Foundation
import Sampling
import Testing

/// One kernel with a step that suits the registered targets. A line in `all` runs all generic checks on it: invariance
/// and convergence, or the order of the bias; path weights; batches cut in parts; what is left after a rejection.
struct KernelCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// What is known of the error of averages, which Metropolised kernels do not have.
  let bias: Bias?
  /// The kernel for targets of the given number of coordinates.
  let make: @Sendable (Int) -> any Kernel

  /// The relative error of ⟨|∇u|²⟩ at step s is at most `coarseError` · (s/`coarseStep`)^`order`.
  struct Bias: Sendable {
    let order: Int
    let coarseStep: Double
    /// On a mixture of Gaussians with ∂²u/∂x² ≤ 3.3.
    let coarseError: Double
  }

  static let all: [KernelCase] = [
    KernelCase("random walk") { _ in RandomWalkMetropolis(stepSize: 0.8) },
    KernelCase("MALA") { _ in MetropolisAdjustedLangevin(stepSize: 0.15) },
    KernelCase("HMC") { HamiltonianMonteCarlo(velocityVariances: variances($0), stepSize: 0.35, leapfrogSteps: 4) },
    KernelCase("HMC of one step") {
      HamiltonianMonteCarlo(velocityVariances: variances($0), stepSize: 0.5, leapfrogSteps: 1)
    },
    KernelCase("HMC guided by a wider density") { dimension in
      GuidedHamiltonianMonteCarlo(
        guide: WideGuide(dimension: dimension), variances: variances(dimension), stepSize: 0.3, leapfrogSteps: 3)
    },
    KernelCase("GHMC") {
      GeneralizedHamiltonianMonteCarlo(velocityVariances: variances($0), stepSize: 0.4, friction: 0.7)
    },
    KernelCase("GHMC of three steps") {
      GeneralizedHamiltonianMonteCarlo(
        velocityVariances: variances($0), stepSize: 0.35, friction: 0.3, leapfrogSteps: 3)
    },
    KernelCase("overdamped Langevin", bias: Bias(order: 1, coarseStep: 0.1, coarseError: 0.15)) { _ in
      OverdampedLangevin(stepSize: 0.1)
    },
    KernelCase("Langevin", bias: Bias(order: 2, coarseStep: 0.6, coarseError: 0.2)) {
      LangevinDynamics(velocityVariances: variances($0), stepSize: 0.4, friction: 0.7)
    },
    KernelCase("Langevin, three steps on a path", bias: Bias(order: 2, coarseStep: 0.6, coarseError: 0.2)) {
      LangevinDynamics(velocityVariances: variances($0), stepSize: 0.3, friction: 0.3, stepsPerPathStep: 3)
    },
  ]

  static let metropolised = all.filter { $0.bias == nil }
  static let unadjusted = all.filter { $0.bias != nil }

  init(_ description: String, bias: Bias? = nil, _ make: @escaping @Sendable (Int) -> any Kernel) {
    testDescription = description
    self.bias = bias
    self.make = make
  }

  /// Unequal masses, so that a kernel that forgets one of them is seen.
  static func variances(_ dimension: Int) -> [Double] { (0..<dimension).map { [1, 0.4, 1.5][$0 % 3] } }
}

/// u = ¼ |x − ½|²: like none of the registered targets.
struct WideGuide: TargetDensity {
  let dimension: Int

  func reducedPotentials(of x: borrowing Configurations) -> [Double] {
    (0..<x.count).map { sample in (0..<dimension).reduce(0) { $0 + 0.25 * pow(x[sample, $1] - 0.5, 2) } }
  }

  func reducedPotentials(of x: borrowing Configurations, gradient: inout Configurations) -> [Double] {
    gradient = Configurations(count: x.count, dimension: dimension)
    for i in gradient.coordinates.indices { gradient.coordinates[i] = 0.5 * (x.coordinates[i] - 0.5) }
    return reducedPotentials(of: x)
  }
}

@Suite struct KernelRegistryTests {
  @Test("The registry says what the kernels say of themselves", arguments: KernelCase.all)
  func promises(_ kernelCase: KernelCase) {
    let kernel = kernelCase.make(2)
    #expect(type(of: kernel).isMetropolised == (kernelCase.bias == nil))
    #expect(!type(of: kernel).name.isEmpty && kernel.stepSize > 0 && kernel.evaluationsPerStep > 0)
    #expect(kernel.velocityVariances.map { $0 == KernelCase.variances(2) } ?? true)
  }
}
