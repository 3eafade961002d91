import Energies
import Sampling

/// One thermodynamic state of a simulation: a temperature, and perhaps a window that holds a dihedral.
struct SimulationState: Codable, Equatable {
  struct Window: Codable, Hashable {
    /// Name of the dihedral.
    var dihedral: String
    var atoms: [Int]
    /// rad
    var center: Double
    /// kJ/mol/rad²
    var forceConstant: Double

    var restraint: DihedralRestraints.Parameters {
      DihedralRestraints.Parameters(
        SIMD4(atoms[0], atoms[1], atoms[2], atoms[3]), angle: center, well: RestraintWell(forceConstant: forceConstant))
    }

    /// ½ k d², kJ/mol, at a dihedral in rad.
    func energy(at angle: Double) -> Double {
      let d = (angle - center).remainder(dividingBy: 2 * Double.pi)
      return 0.5 * forceConstant * d * d
    }
  }

  /// K
  var temperature: Double
  var window: Window?

  var kT: Double { ThermodynamicState(temperature: temperature).kT }

  var label: String {
    "\(significant(temperature, 5)) K"
      + (window.map { ", \($0.dihedral) held at \(significant($0.center / Units.radiansPerDegree))°" } ?? "")
  }

  /// The energy of this state: that of the molecule, and its window's.
  func density(of system: MolecularSystem, precision: ArithmeticPrecision) -> BoltzmannDensity<MolecularEnergy> {
    var system = system
    if let window { system.terms.append(DihedralRestraints([window.restraint])) }
    return BoltzmannDensity(
      MolecularEnergy(system, precision: precision), state: ThermodynamicState(temperature: temperature))
  }

  /// Energies of the molecule alone, kJ/mol, from this state's reduced potentials.
  func potentialEnergies(_ reducedPotentials: [Double], of x: Configurations) -> [Double] {
    zip(reducedPotentials, biases(of: x)).map { $0 * kT - $1 }
  }

  /// u of this state, kT, from energies of the molecule alone, kJ/mol.
  func reducedPotentials(_ energies: [Double], of x: Configurations) -> [Double] {
    zip(energies, biases(of: x)).map { ($0 + $1) / kT }
  }

  /// What the window adds, kJ/mol.
  func biases(of x: Configurations) -> [Double] {
    guard let window else { return [Double](repeating: 0, count: x.count) }
    return x.dihedrals(SIMD4(window.atoms[0], window.atoms[1], window.atoms[2], window.atoms[3]))
      .map { window.energy(at: $0) }
  }

  /// Windows evenly around the circle.
  static func windows(
    of region: SystemDescription.DihedralRegion, count: Int, forceConstant: Double, temperature: Double
  ) -> [SimulationState] {
    (0..<count).map { k in
      SimulationState(
        temperature: temperature,
        window: Window(
          dihedral: region.name, atoms: (0..<4).map { region.atoms[$0] },
          center: -Double.pi + 2 * Double.pi * Double(k) / Double(count), forceConstant: forceConstant))
    }
  }
}
