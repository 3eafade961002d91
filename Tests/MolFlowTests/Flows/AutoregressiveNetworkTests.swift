import Energies
import Foundation
import MolFlow
import NeuralNetworks
import Randomness
import Testing

/// Alanine dipeptide with an untrained flow that is far from the identity.
struct SmallFlow {
  let system: MolecularSystem
  let flow: NormalizingFlow
  let state = ThermodynamicState(temperature: 300)

  init(spread: Double = 0.1) throws {
    system = try MolecularSystem.peptide(
      withoutStructure: PeptideSequence(parsing: "ACE-ALA-NME"), forceField: .shipped(named: "amber99sb-ildn"),
      solvent: ImplicitSolvent(named: "amber99_obc"), cutoff: nil)
    let coordinates = try InternalCoordinates(system.molecule)
    // Any structure will do: centres of sibling dihedrals come from it.
    let q = InternalCoordinatesTests.randomInternal(coordinates.zMatrix, count: 1, seed: 4)
    let scaling = try CoordinateScaling(
      system, zMatrix: coordinates.zMatrix, structure: coordinates.forwardAndLogDet(q).value, state: state)
    var options = AutoregressiveNetwork.Options()
    (options.width, options.heads, options.layers, options.headWidth) = (12, 2, 2, 10)
    (options.bins, options.torsionBins) = (5, 6)
    var builder = ParameterBuilder(seed: 1)
    let network = AutoregressiveNetwork("flow", options: options, in: &builder)
    var store = builder.store
    var random = RandomStream(seed: 8)
    for i in store.values.indices { store.values[i] += Float(spread * random.normal()) }
    let features = PlacementFeatures(system, zMatrix: coordinates.zMatrix, scaling: scaling)
    flow = NormalizingFlow(
      coordinates: coordinates, scaling: scaling,
      architecture: AutoregressiveArchitecture(
        network: network, layout: AutoregressiveNetwork.Layout(features: features, scaling: scaling)), parameters: store
    )
  }
}

@Suite struct AutoregressiveNetworkTests {
  static let samples = 3

  /// Sampling atom by atom and the parallel pass back are inverses, with opposite log-determinants.
  @Test func directionsInvertEachOther() throws {
    let small = try SmallFlow()
    let (latents, _) = try small.flow.latents(0..<Self.samples, from: RandomStream(seed: 2))
    let parameters = small.flow.parameters.values.map(Double.init)
    Self.onTape(parameters) { tape in
      let z = Self.variable(latents, small.flow, on: tape)
      let y = small.flow.architecture.forward(z)
      let back = small.flow.architecture.inverse(y.value)
      for (a, b) in zip(back.value.values, latents) { #expect(abs(a - b) < 1e-8, "\(a) and \(b)") }
      let (there, andBack) = (y.logDet.values(samples: Self.samples), back.logDet.values(samples: Self.samples))
      for (a, b) in zip(there, andBack) { #expect(abs(a + b) < 1e-8 && abs(a) > 0.1) }
    }
  }

  /// Derivatives with respect to inputs and parameters against central differences.
  @Test(arguments: [false, true]) func gradients(inverse: Bool) throws {
    let small = try SmallFlow()
    let flow = small.flow
    let (latents, _) = try flow.latents(0..<Self.samples, from: RandomStream(seed: 2))
    let parameters = flow.parameters.values.map(Double.init)
    func apply(_ x: Variable) -> Transformed {
      inverse ? flow.architecture.inverse(x) : flow.architecture.forward(x)
    }
    let input =
      inverse
      ? Self.onTape(parameters) { flow.architecture.forward(Self.variable(latents, flow, on: $0)).value.values }.result
      : latents
    var random = RandomStream(seed: 3)
    let a = input.map { _ in random.normal() }
    let b = (0..<Self.samples).map { _ in random.normal() }
    func value(_ input: [Double], _ parameters: [Double]) -> Double {
      Self.onTape(parameters) { tape in
        let result = apply(Self.variable(input, flow, on: tape))
        return zip(result.value.values, a).reduce(0) { $0 + $1.0 * $1.1 }
          + zip(result.logDet.values(samples: Self.samples), b).reduce(0) { $0 + $1.0 * $1.1 }
      }.result
    }
    let (inputGradient, gradient) = Self.onTape(parameters) { tape in
      let x = Self.variable(input, flow, on: tape)
      let result = apply(x)
      tape.pullBack([(result.value, a)] + result.logDet.seeds(b))
      return x.adjoint
    }
    for _ in 0..<3 {
      let dp = parameters.map { _ in random.normal() }
      // Only places that hold a coordinate.
      let dx = zip(input, latents).map { $1 == 0 ? 0 : random.normal() }
      func difference(_ f: (Double) -> Double) -> Double {
        let h = 1e-5
        return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)
      }
      let alongInput = difference { step in value(zip(input, dx).map { $0 + step * $1 }, parameters) }
      let foundInput = zip(inputGradient, dx).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(foundInput - alongInput) < 2e-6 * (1 + abs(alongInput)), "\(foundInput), expected \(alongInput)")
      let expected = difference { step in value(input, zip(parameters, dp).map { $0 + step * $1 }) }
      let found = zip(gradient, dp).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(found - expected) < 2e-6 * (1 + abs(expected)), "\(found), expected \(expected)")
    }
  }

  static func variable(_ values: [Double], _ flow: NormalizingFlow, on tape: Tape) -> Variable {
    tape.variable(
      values, rows: flow.architecture.rows, columns: flow.architecture.tokens * samples, needsAdjoint: true)
  }

  @discardableResult static func onTape<Result>(
    _ parameters: [Double], _ body: (Tape) -> Result
  ) -> (result: Result, gradient: [Double]) {
    var values = parameters
    var gradient = [Double](repeating: 0, count: values.count)
    let result = values.withUnsafeMutableBytes { values in
      gradient.withUnsafeMutableBytes { gradient in
        body(
          Tape(
            backend: DoublePrecisionBackend(), parameters: values.baseAddress!, gradient: gradient.baseAddress!))
      }
    }
    return (result, gradient)
  }
}
