extension Molecule {
  /// Masses after hydrogen mass repartitioning, dalton: every hydrogen that is bonded to another element weighs
  /// `hydrogenMass`, and its neighbour what is left, so that the whole weighs the same. nil leaves masses as they are.
  ///
  /// Equilibrium configurations do not depend on masses; the fastest vibrations do, and with them the time step.
  ///
  /// Source: Feenstra, Hess, Berendsen 1999, doi:10.1002/(SICI)1096-987X(199906)20:8<786::AID-JCC5>3.0.CO;2-B; Hopkins, Le
  /// Grand, Walker, Roitberg 2015, doi:10.1021/ct5010406.
  public func masses(hydrogenMass: Double?) throws(InputError) -> [Double] {
    var masses = atoms.map(\.mass)
    guard let hydrogenMass else { return masses }
    for bond in bonds {
      for (hydrogen, heavy) in [(bond.first, bond.second), (bond.second, bond.first)]
      where atoms[hydrogen].element?.atomicNumber == 1 && atoms[heavy].element?.atomicNumber != 1 {
        masses[heavy] -= hydrogenMass - masses[hydrogen]
        masses[hydrogen] = hydrogenMass
      }
    }
    if let light = atoms.indices.first(where: {
      masses[$0] <= 0 || (masses[$0] != atoms[$0].mass && masses[$0] < min(hydrogenMass, 1))
    }) {
      throw InputError(
        "hydrogen mass", "leaves \(label(ofAtom: light)) with \(masses[light]) dalton",
        expected: "a smaller mass for hydrogen, such as 3", found: "\(hydrogenMass)")
    }
    return masses
  }
}
