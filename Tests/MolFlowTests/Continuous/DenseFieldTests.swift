import Energies
import Estimators
import Foundation
import NeuralNetworks
import Randomness
import Sampling
import Testing

@testable import MolFlow

/// Continuous flows of plain vectors: one straight coordinate and one on the circle.
@Suite struct DenseFieldTests {
  static func field(_ dimension: Int, circular: [Int], in builder: inout ParameterBuilder) -> DenseField {
    DenseField(dimension: dimension, circular: circular, width: 12, layers: 3, harmonics: 2, in: &builder)
  }

  /// With parameters away from zero.
  static func parameters(_ builder: ParameterBuilder) -> [Double] {
    var random = RandomStream(seed: 3)
    return builder.store.values.map { Double($0) + 0.3 * random.normal() }
  }

  @Test("The divergence is the trace of the Jacobian, recorded or not, and angles may grow by whole turns")
  func divergence() {
    var builder = ParameterBuilder(seed: 1)
    let field = Self.field(4, circular: [1, 3], in: &builder)
    let parameters = Self.parameters(builder)
    var random = RandomStream(seed: 2)
    let x = (0..<12).map { _ in 1.5 * random.normal() }
    let times = [0.05, 0.5, 0.97]
    func onTape<Result>(_ x: [Double], _ body: (Tape, Variable, Variable) -> Result) -> Result {
      VelocityFieldTests.withTape(parameters) { tape in
        body(tape, tape.variable(x, rows: 4, columns: 3), tape.variable(times, rows: 1, columns: 3))
      }
    }
    func velocity(_ x: [Double]) -> [Double] { onTape(x) { field.velocity($1, times: $2).values } }
    var expected = [0.0, 0, 0]
    let step = 1e-5
    for row in 0..<4 {
      var (ahead, behind) = (x, x)
      for sample in 0..<3 {
        ahead[3 * row + sample] += step
        behind[3 * row + sample] -= step
      }
      let (up, down) = (velocity(ahead), velocity(behind))
      for sample in 0..<3 { expected[sample] += (up[3 * row + sample] - down[3 * row + sample]) / (2 * step) }
    }
    let found = onTape(x) { field.velocityAndDivergence($1, times: $2) }.divergence
    let directional = onTape(x) { field.directionalDivergence($1, times: $2) }.divergence
    let recorded = onTape(x) { tape, x, times in
      field.recordedVelocityAndDivergence(x, times: times).divergence.tokenSums(samples: 3)
    }
    for sample in 0..<3 {
      #expect(abs(found[sample] - expected[sample]) < 1e-7)
      #expect(abs(found[sample] - directional[sample]) < 1e-9)
      #expect(abs(found[sample] - recorded[sample]) < 1e-9)
      #expect(abs(expected[sample]) > 0.01)
    }
    let turned = x.enumerated().map { [1, 3].contains($0 / 3) ? $1 - 2 * Double.pi : $1 }
    for (a, b) in zip(velocity(x), velocity(turned)) { #expect(abs(a - b) < 1e-9) }
  }

  /// A flow of (x, θ) from a normal and a uniform latent.
  static func flow(_ method: FlowIntegrator.Method, moved: Bool = true) -> NormalizingFlow {
    var builder = ParameterBuilder(seed: 1)
    let field = field(2, circular: [1], in: &builder)
    var store = builder.store
    if moved {
      for (i, value) in parameters(builder).enumerated() { store.values[i] = Float(value) }
    }
    return NormalizingFlow(
      chart: IdentityChart(dimension: 2),
      coordinates: (0..<2).map {
        FlowCoordinate(place: CoordinatePlace(row: $0, token: 0), width: 1, isPeriodic: $0 == 1)
      }, base: StandardLatents(isPeriodic: [false, true]),
      architecture: ContinuousArchitecture(field: field, integrator: FlowIntegrator(method), axes: 2),
      parameters: store)
  }

  @Test("The density integrates to one on the cylinder, and is that of samples")
  func normalisation() throws {
    let proposal = FlowProposal(Self.flow(.dormandPrince(tolerance: 1e-5)), threads: 2)
    let (rows, columns) = (160, 96)
    var grid = Configurations(count: rows * columns, dimension: 2)
    for i in 0..<rows {
      for j in 0..<columns {
        grid[i * columns + j, 0] = -12 + 24 * (Double(i) + 0.5) / Double(rows)
        grid[i * columns + j, 1] = -Double.pi + 2 * Double.pi * Double(j) / Double(columns)
      }
    }
    let sum = try proposal.logDensities(of: grid).reduce(0) { $0 + exp($1) }
    let integral = sum * 24 / Double(rows) * 2 * Double.pi / Double(columns)
    #expect(abs(integral - 1) < 2e-3, "\(integral)")
    let (x, logQ) = try proposal.draw(0..<200, from: RandomStream(seed: 5))
    let again = try proposal.logDensities(of: x)
    #expect(zip(logQ, again).map { abs($0 - $1) }.max()! < 2e-3)
  }

  /// Derivatives of Σ cₛ log p(qₛ) by parameters, back through the solver, against central differences of the same sum: those of all
  /// parameters together along random directions.
  @Test(
    "Gradients of log-densities go through the solver",
    arguments: [FlowIntegrator.Method.rungeKutta(steps: 6), .heun(steps: 9), .dormandPrince(tolerance: 1e-5)])
  func likelihoodGradient(_ method: FlowIntegrator.Method) throws {
    var flow = Self.flow(method)
    let computation = ShardedComputation(shardSize: 4, threads: 2)
    var random = RandomStream(seed: 4)
    var q = Configurations(count: 8, dimension: 2)
    for sample in 0..<8 { for c in 0..<2 { q[sample, c] = random.normal() } }
    let (_, gradient) = try flow.negativeLogLikelihood(of: q, by: computation)
    let start = flow.parameters
    for _ in 0..<4 {
      let direction = start.values.map { _ in random.normal() }
      let expected = zip(gradient, direction).reduce(0) { $0 + Double($1.0) * $1.1 }
      // Steps that single precision resolves; those of the adaptive solver change with parameters, by less than this sees.
      let step = 2e-3
      func loss(_ sign: Double) throws -> Double {
        for i in start.values.indices {
          flow.parameters.values[i] = start.values[i] + Float(sign * step * direction[i])
        }
        return try flow.negativeLogLikelihood(of: q, by: computation, wantsGradient: false).loss
      }
      let found = try (loss(1) - loss(-1)) / (2 * step)
      flow.parameters = start
      #expect(abs(found - expected) < 0.02 * max(1, abs(expected)), "\(found), expected \(expected)")
    }
  }

  @Test("A lost sample has no share in the gradient")
  func lostSample() throws {
    let flow = Self.flow(.rungeKutta(steps: 4))
    let computation = ShardedComputation(shardSize: 4, threads: 1)
    var q = Configurations(count: 3, dimension: 2)
    q[1, 0] = .infinity
    q[2, 0] = 0.3
    let (logDensities, gradient) = try flow.likelihoodGradient(of: q, by: computation) { _, range in
      range.map { $0 == 1 ? 0 : 1 }
    }
    #expect(logDensities[1] == -.infinity && logDensities[0].isFinite && logDensities[2].isFinite)
    #expect(gradient.allSatisfy(\.isFinite) && gradient.contains { $0 != 0 })
  }

  /// An asymmetric density with correlation across the circle, by flow matching; then its weights against the density by quadrature.
  @Test("Flow matching learns a density on the cylinder")
  func training() throws {
    var flow = Self.flow(.dormandPrince(tolerance: 1e-3), moved: false)
    // x | θ is normal about sin θ with deviation 0.3 (1.5 + cos θ); θ is von Mises with κ = 1 about 1.
    func draw(_ count: Int, seed: UInt64) -> Configurations {
      var random = RandomStream(seed: seed)
      var q = Configurations(count: count, dimension: 2)
      for sample in 0..<count {
        let theta = remainder(1 + random.vonMises(concentration: 1), 2 * Double.pi)
        q[sample, 0] = sin(theta) + 0.3 * (1.5 + cos(theta)) * random.normal()
        q[sample, 1] = theta
      }
      return q
    }
    func logTarget(_ x: Double, _ theta: Double) -> Double {
      let width = 0.3 * (1.5 + cos(theta))
      let z = (x - sin(theta)) / width
      // 2π I₀(1), I₀(1) = 1.2660658777520082 (Abramowitz & Stegun 1964, 9.8).
      return cos(theta - 1) - log(2 * Double.pi * 1.2660658777520082) - 0.5 * z * z
        - log(width * (2 * Double.pi).squareRoot())
    }
    let computation = ShardedComputation(shardSize: 64, threads: 2)
    var optimiser = AdamW(count: flow.parameters.count)
    for step in 0..<1500 {
      let (_, gradient) = try flow.matchingLoss(
        of: draw(256, seed: UInt64(step) + 10), noise: 0, power: 1, by: computation,
        using: RandomStream(seed: 6).child(step))
      optimiser.update(&flow.parameters, gradient: gradient, rate: step < 1000 ? 5e-3 : 1e-3)
    }
    let (x, logQ) = try FlowProposal(flow, threads: 2).draw(0..<4000, from: RandomStream(seed: 8))
    let statistics = try WeightStatistics(
      logWeights: (0..<x.count).map { logTarget(x[$0, 0], x[$0, 1]) - logQ[$0] })
    #expect(statistics.effectiveFraction > 0.7, "\(statistics.effectiveFraction)")
    #expect(abs(statistics.logPartitionFunction) < 4.5 * statistics.logPartitionFunctionError! + 1e-3)
  }
}
