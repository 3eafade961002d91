import Energies
import Foundation
import NeuralNetworks
import Sampling
import Estimators

/// A continuous flow of a `GraphField` for any peptide: the transferable Boltzmann generator of Klein & Noé 2024 (arXiv:2406.14426), as a
/// baseline.
///
/// Atoms are known by `PeptideAtomFeatures`. Latents have the covariance of a network of springs along the bonds, the pseudo-inverse of
/// the bond graph's Laplacian (as in Jing et al. 2023, arXiv:2304.02198), where the paper has an isotropic one.
public struct TransferableFieldRecipe: IntegratedRecipe {
  public static let kind = "transferable-egnn"
  public static var isTransferable: Bool { true }

  /// Channels of an atom.
  public var width = 64
  /// Of messages.
  public var layers = 5
  /// Of the fourth-order integrator; 0 for one that chooses its steps by `tolerance`.
  public var steps = 0
  /// Error of an adaptive step, in units of the latents.
  public var tolerance = 1e-4

  public init(atomCount: Int) {}

  public var problem: String? {
    min(width, layers) < 1 ? "sizes must be positive" : problemOfSolver()
  }

  /// Length of a spring's root mean square, nm, that gives dipeptides about their size.
  private static let springLength = 0.17

  public func flow(of subject: FlowSubject, in builder: inout ParameterBuilder) -> NormalizingFlow {
    let molecule = subject.system.molecule
    let atoms = molecule.atomCount
    let classes = PairClasses(molecule)
    // Atoms that may be exchanged are the first of their class to the network.
    let columns = (0..<atoms).map { atom in
      PeptideAtomFeatures.values(of: classes.ofAtoms.firstIndex(of: classes.ofAtoms[atom])!, in: molecule)
    }
    let context = ConstantMatrix(
      (0..<PeptideAtomFeatures.count).flatMap { feature in columns.map { $0[feature] } },
      rows: PeptideAtomFeatures.count, columns: atoms)
    let field = GraphField(classes: classes, context: context, width: width, layers: layers, in: &builder)
    let covariance = Self.springCovariance(molecule)
    let variance = (0..<atoms).reduce(0) { $0 + covariance[$1 * atoms + $1] } / Double(atoms)
    guard let base = EquivariantNormalProposal(covariance: covariance.map { $0 / variance }, atoms: atoms) else {
      preconditionFailure("the bonds of a peptide connect all of its atoms")
    }
    let width = Self.springLength * variance.squareRoot()
    let chart = MeanFreeChart(
      atoms: atoms, width: width, centers: ChiralCenters(molecule), signs: subject.signs)
    let architecture = ContinuousArchitecture(field: field, integrator: integrator)
    return NormalizingFlow(
      chart: chart, coordinates: architecture.places.map { FlowCoordinate(place: $0, width: width) }, base: base,
      architecture: architecture, parameters: builder.store)
  }

  /// (L + J/N)⁻¹ − J/N with L the Laplacian of the bond graph and J all ones.
  static func springCovariance(_ molecule: Molecule) -> [Double] {
    let atoms = molecule.atomCount
    var matrix = [Double](repeating: 1 / Double(atoms), count: atoms * atoms)
    for bond in molecule.bonds {
      for (i, j) in [(bond.first, bond.second), (bond.second, bond.first)] {
        matrix[i * atoms + i] += 1
        matrix[i * atoms + j] -= 1
      }
    }
    var unit = [Double](repeating: 0, count: atoms * atoms)
    for i in 0..<atoms { unit[i * atoms + i] = 1 }
    guard let inverse = SymmetricMatrix(order: atoms, elements: matrix).solving(unit) else {
      preconditionFailure("the bonds of a peptide connect all of its atoms")
    }
    return inverse.map { $0 - 1 / Double(atoms) }
  }
}
