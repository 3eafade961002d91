import Energies
import Estimators
import Foundation
import MolFlow
import Randomness
import Sampling
import Testing

@Suite struct ForceFieldProposalTests {
  static let state = ThermodynamicState(temperature: 300)

  /// System and the builder's structure, an L amino acid.
  static func alanineDipeptide() throws -> (system: MolecularSystem, positions: Configurations) {
    try MolecularSystem.peptide(
      sequence: "ACE-ALA-NME", forceField: ForceField.shipped(named: "amber99sb-ildn"),
      solvent: ImplicitSolvent(named: "amber99_obc"))
  }

  /// A bent chain of five atoms with bonds, angles and one lopsided torsion, but no pairs: Z factorises.
  static let chain: MolecularSystem = {
    let elements: [Element] = [.carbon, .nitrogen, .oxygen, .sulfur, .carbon]
    let molecule = Molecule(
      atoms: elements.enumerated().map { Atom(name: "A\($0)", element: $1, mass: 12, residue: 0) },
      residues: [Residue(name: "TST", number: 1, atoms: 0..<5)], bonds: (0..<4).map { Bond($0, $0 + 1) })
    return MolecularSystem(
      molecule: molecule,
      terms: [
        HarmonicBonds((0..<4).map { .init($0, $0 + 1, length: 0.12 + 0.02 * Double($0), forceConstant: 8e4) }),
        HarmonicAngles((0..<3).map { .init($0, $0 + 1, $0 + 2, angle: 1.7 + 0.2 * Double($0), forceConstant: 150) }),
        PeriodicTorsions([
          .init(0, 1, 2, 3, periodicity: 1, phase: 0.7, forceConstant: 3),
          .init(0, 1, 2, 3, periodicity: 2, phase: -0.3, forceConstant: 4),
          .init(1, 2, 3, 4, periodicity: 3, phase: 0.2, forceConstant: 5),
        ]),
      ])
  }()

  /// ∫ f over [a, b] by Simpson's rule on 20,000 intervals.
  static func integral(_ a: Double, _ b: Double, _ f: (Double) -> Double) -> Double {
    let n = 20_000
    let h = (b - a) / Double(n)
    return (0...n).reduce(0.0) { sum, k in
      let weight = k == 0 || k == n ? 1.0 : k % 2 == 1 ? 4 : 2
      return sum + weight * f(a + Double(k) * h)
    } * h / 3
  }

  @Test("log Z of a chain equals the product of its one-dimensional integrals")
  func logPartitionFunction() throws {
    let system = Self.chain
    let beta = 1 / Self.state.kT
    var exact = 0.0
    for bond in system.term(HarmonicBonds.self)!.bonds {
      exact += log(
        Self.integral(0.05, 0.4) { r in r * r * exp(-beta * 0.5 * bond.forceConstant * pow(r - bond.length, 2)) })
    }
    for angle in system.term(HarmonicAngles.self)!.angles {
      exact += log(
        Self.integral(0, Double.pi) { t in
          sin(t) * exp(-beta * 0.5 * angle.forceConstant * pow(t - angle.angle, 2))
        })
    }
    let torsions = system.term(PeriodicTorsions.self)!.torsions
    for first in [0, 1] {
      let terms = torsions.filter { $0.i == first }
      exact += log(
        Self.integral(-Double.pi, Double.pi) { phi in
          exp(-beta * terms.reduce(0) { $0 + $1.forceConstant * (1 + cos(Double($1.periodicity) * phi - $1.phase)) })
        })
    }
    let target = BoltzmannDensity(MolecularEnergy(system), state: Self.state)
    let proposal = try ForceFieldProposal(system, reference: nil, state: Self.state)
    let samples = try ImportanceSampler().sample(
      0..<40_000, from: proposal, to: target, using: RandomStream(seed: 11))
    let statistics = try WeightStatistics(logWeights: samples.logWeights)
    let error = try #require(statistics.logPartitionFunctionError)
    #expect(statistics.effectiveFraction > 0.5)
    // |z| < 4 fails by chance once in 16,000 seeds; the seed is fixed.
    #expect(abs(statistics.logPartitionFunction - exact) < 4 * error)
    #expect(error < 0.01)
  }

  @Test("log q from drawing equals log q of the configuration drawn")
  func consistency() throws {
    let dipeptide = try Self.alanineDipeptide()
    for (system, reference) in [(Self.chain, nil), (dipeptide.system, dipeptide.positions)] {
      let proposal = try ForceFieldProposal(system, reference: reference, state: Self.state)
      let (x, logQ) = try proposal.draw(0..<200, from: RandomStream(seed: 4))
      let again = try proposal.logDensities(of: x)
      // A torsion near a steep flank of its density turns rounding of 1e-13 rad into 1e-9 of log q.
      for s in 0..<x.count { #expect(abs(logQ[s] - again[s]) < 1e-7) }
    }
  }

  @Test("A sample depends on seed and index only, not on range or threads")
  func streams() throws {
    let (system, positions) = try Self.alanineDipeptide()
    let one = try ForceFieldProposal(system, reference: positions, state: Self.state)
    let three = try ForceFieldProposal(system, reference: positions, state: Self.state, threads: 3)
    let random = RandomStream(seed: 9)
    let all = try one.draw(0..<50, from: random)
    let threaded = try three.draw(0..<50, from: random)
    #expect(all.x == threaded.x && all.logQ == threaded.logQ)
    let part = try one.draw(17..<29, from: random)
    #expect(part.x == all.x.slice(17..<29) && part.logQ == Array(all.logQ[17..<29]))
    #expect(try one.draw(0..<50, from: RandomStream(seed: 10)).x != all.x)
  }

  @Test("A molecule moved and turned has the same log q")
  func invariance() throws {
    let (system, positions) = try Self.alanineDipeptide()
    let proposal = try ForceFieldProposal(system, reference: positions, state: Self.state)
    let (x, logQ) = try proposal.draw(0..<40, from: RandomStream(seed: 5))
    var turned = x
    for s in 0..<x.count {
      for a in 0..<x.atomCount {
        let p = x.position(sample: s, atom: a)
        let q = SIMD3(cos(0.7) * p.x - sin(0.7) * p.y, sin(0.7) * p.x + cos(0.7) * p.y, p.z)
        turned.setPosition(sample: s, atom: a, to: SIMD3(q.z, q.x, q.y) + SIMD3(1, -2, 0.5))
      }
    }
    for (a, b) in zip(try proposal.logDensities(of: turned), logQ) { #expect(abs(a - b) < 1e-7) }
  }

  @Test("A bond without a term is an error that names its atoms")
  func missingBond() {
    var system = Self.chain
    system.setTerm(HarmonicBonds(Array(system.term(HarmonicBonds.self)!.bonds.dropLast())))
    #expect(throws: InputError.self) { try ForceFieldProposal(system, reference: nil, state: Self.state) }
  }

  @Test("All samples have the handedness of the reference, and its mirror image has density zero")
  func handedness() throws {
    let (system, positions) = try Self.alanineDipeptide()
    let proposal = try ForceFieldProposal(system, reference: positions, state: Self.state)
    let (x, _) = try proposal.draw(0..<500, from: RandomStream(seed: 6))
    let chirality = AminoAcidChirality(system.molecule)
    for s in 0..<x.count { #expect(chirality.wrongCenters(in: x, sample: s).isEmpty) }
    var mirrored = x
    for s in 0..<x.count {
      for a in 0..<x.atomCount { mirrored[s, 3 * a] = -x[s, 3 * a] }
    }
    #expect(try proposal.logDensities(of: mirrored).allSatisfy { $0 == -.infinity })
    #expect(throws: InputError.self) { try ForceFieldProposal(system, reference: nil, state: Self.state) }
  }
}
