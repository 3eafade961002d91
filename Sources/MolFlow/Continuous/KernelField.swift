import NeuralNetworks

/// Kernel dynamics: vᵢ = Σⱼ (xᵢ − xⱼ) Σₖₗ gₖ(dᵢⱼ) Wₖₗ τₗ(t) with Gaussians g of the distance and features τ of the time, W one for each
/// class of pairs, and a(t) xᵢ; ∇·v is a sum over pairs.
///
/// Source: Köhler, Klein & Noé 2020, arXiv:2006.02425.
public struct KernelField: VelocityField {
  public let atoms: Int
  public let interchangeable: [[Int]]
  private let pairs: AtomPairs
  private let centers: ConstantMatrix
  private let spacing: Double
  private let kernels: Parameter
  private let stretch: Linear
  private let gaussians: Int
  /// Rows of `kernels` for each Gaussian of each pair.
  private let kernelRows: [Int]
  private static let times = 10

  public init(classes: PairClasses, gaussians: Int, longest: Double, in builder: inout ParameterBuilder) {
    atoms = classes.ofAtoms.count
    interchangeable = classes.interchangeable
    pairs = AtomPairs(atoms: atoms)
    self.gaussians = gaussians
    spacing = longest / Double(gaussians)
    let spacing = spacing
    centers = ConstantMatrix((0..<gaussians).map { (Double($0) + 0.5) * spacing }, rows: gaussians, columns: 1)
    let count = classes.pairClassCount
    (kernels, stretch) = builder.scope("field") { builder in
      (
        builder.normal("kernels", rows: count * gaussians, columns: Self.times, standardDeviation: 0.01),
        Linear("stretch", inputs: Self.times, outputs: 1, start: .zero, in: &builder)
      )
    }
    kernelRows = (0..<gaussians).flatMap { gaussian in classes.ofPairs.map { $0 * gaussians + gaussian } }
  }

  private func parts(_ x: Variable, times: Variable) -> (
    differences: Variable, distances: Variable, z: Variable, weighted: Variable, time: Variable
  ) {
    let tape = x.tape
    let samples = x.columns / atoms
    let time = times.timeEmbedding(features: Self.times, highest: 10)
    let differences =
      x.gatheringTokens(pairs.pairs.map(\.first), samples: samples)
      - x.gatheringTokens(pairs.pairs.map(\.second), samples: samples)
    let distances = (differences.squared().sumOfRows() + PairField.softening).squareRoot()
    let z = tape.combine(1 / spacing, distances, -1 / spacing, tape.variable(centers))
    // Wτ of each class, then of each pair: [gaussians][pairs × samples].
    let amplitudes = tape.variable(kernels).times(time)
    let ofPairs = amplitudes.gatheringRows(kernelRows).reshaped(rows: gaussians, columns: distances.columns)
    return (differences, distances, z, ofPairs * (-0.5 * z.squared()).exp(), time)
  }

  private func velocity(
    _ x: Variable, differences: Variable, weighted: Variable, time: Variable
  ) -> Variable {
    let samples = x.columns / atoms
    let pulls = differences * weighted.sumOfRows()
    let forwards = pairs.pairs.enumerated().map { TokenMove(from: $0.offset, to: $0.element.first) }
    let backwards = pairs.pairs.enumerated().map { TokenMove(from: $0.offset, to: $0.element.second) }
    let force =
      pulls.addingTokens(forwards, of: atoms, samples: samples)
      - pulls.addingTokens(backwards, of: atoms, samples: samples)
    return force + (x * stretch(time).tilingColumns(atoms)).removingMean(atoms: atoms)
  }

  public func velocity(_ x: Variable, times: Variable) -> Variable {
    let parts = parts(x, times: times)
    return velocity(x, differences: parts.differences, weighted: parts.weighted, time: parts.time)
  }

  /// Each pair gives 2 (3 f + f′ |Δ|²/d), with the number of axes instead of 3 in the plane.
  public func velocityAndDivergence(_ x: Variable, times: Variable) -> (velocity: Variable, divergence: [Double]) {
    let parts = parts(x, times: times)
    let v = velocity(x, differences: parts.differences, weighted: parts.weighted, time: parts.time)
    let samples = x.columns / atoms
    let slope = (-1 / spacing) * (parts.z * parts.weighted).sumOfRows()
    let along = parts.differences.squared().sumOfRows() * parts.distances.reciprocal()
    let ofPairs = (2 * (Double(x.rows) * parts.weighted.sumOfRows() + slope * along)).tokenSums(samples: samples)
    let stretched = stretch(parts.time).values
    return (v, (0..<samples).map { ofPairs[$0] + Double(x.rows * (atoms - 1)) * stretched[$0] })
  }
}
