import Energies
import Foundation
import Randomness
import Sampling
import Testing

@testable import MolFlow

/// Configurations with hot torsions and cold bonds.
@Suite struct TorsionHeatingTests {
  /// The density of the one torsion is e^{−U/τkT}, by quadrature of the potential written out here, and of the rest nothing changes.
  @Test("Torsions come to their temperature; bonds and angles stay", arguments: [1.0, 2.5])
  func temperature(ratio: Double) throws {
    guard case let density as BoltzmannDensity<MolecularEnergy> = MethodTarget.oneTorsion.target else {
      preconditionFailure()
    }
    let frames = try ForceFieldProposal(
      density.energy.system, reference: nil, state: ThermodynamicState(temperature: 300)
    ).draw(0..<8000, from: RandomStream(seed: 3)).x
    let heating = TorsionHeating(density.energy.system.molecule)
    #expect(heating.rotatableBonds == 1)
    let (x, u) = try heating.heated(
      frames, target: density, ratios: [ratio], sweeps: 12, using: RandomStream(seed: 5))
    let kT = ThermodynamicState(temperature: 300).kT * ratio
    let (mean, deviation) = moments { phi in
      exp(-(3 * (1 + cos(phi - 0.7)) + 4 * (1 + cos(2 * phi + 0.3))) / kT)
    }
    let values = x.dihedrals(SIMD4(0, 1, 2, 3)).map { sin($0 - 1) }
    // |z| < 5: fails with probability 6e-7.
    let z = (values.reduce(0, +) / 8000 - mean) / (deviation / 8000.0.squareRoot())
    #expect(abs(z) < 5, "\(z)")
    #expect(zip(u, try density.reducedPotentials(of: x)).allSatisfy { abs($0 - $1) < 1e-9 })
    let chart = try InternalCoordinates(density.energy.system.molecule)
    let (before, after) = (chart.inverseAndLogDet(frames), chart.inverseAndLogDet(x))
    #expect(zip(before.logDet, after.logDet).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  /// Mean and deviation of sin(φ − 1) under a density of φ.
  private func moments(_ density: (Double) -> Double) -> (Double, Double) {
    let nodes = (0..<2000).map { -Double.pi + 2 * Double.pi * Double($0) / 2000 }
    let weights = nodes.map(density)
    let total = weights.reduce(0, +)
    let mean = zip(nodes, weights).reduce(0) { $0 + $1.1 * sin($1.0 - 1) } / total
    let square = zip(nodes, weights).reduce(0) { $0 + $1.1 * pow(sin($1.0 - 1), 2) } / total
    return (mean, (square - mean * mean).squareRoot())
  }

  @Test("Rings do not turn, and neither hands nor an impossible start change")
  func molecules() throws {
    let (subject, structure) = try TransferableFieldTests.subject("YP")
    let molecule = subject.system.molecule
    let heating = TorsionHeating(molecule)
    // ψ, ω, the amino group, χ1, χ2 and the hydroxyl of tyrosine, and the carboxylate of proline.
    #expect(heating.rotatableBonds == 7)
    let target = BoltzmannDensity(
      MolecularEnergy(subject.system, threads: 1), state: ThermodynamicState(temperature: 310))
    let frames = structure.appending(structure)
    let (x, u) = try heating.heated(
      frames, target: target, ratios: [2], sweeps: 5, using: RandomStream(seed: 1))
    let centers = ChiralCenters(molecule)
    #expect(centers.signs(of: x.slice(0..<1)) == centers.signs(of: structure))
    #expect(u[0] != u[1] && u.allSatisfy(\.isFinite))
    var broken = structure
    for axis in 0..<3 { broken[0, axis] = broken[0, 3 + axis] }
    let (same, energy) = try heating.heated(
      broken, target: target, ratios: [2], sweeps: 1, using: RandomStream(seed: 1))
    #expect(same.count == 1 && !energy[0].isNaN)
  }
}
