/// An energy with a second one added to it, here restraints that hold a structure while it relaxes.
struct HeldEnergy<Base: Energy>: Energy {
  let base: Base
  let restraints: MolecularEnergy

  var dimension: Int { base.dimension }

  func energies(of x: borrowing Configurations) throws(EnergyError) -> [Double] {
    let first = try base.energies(of: x)
    let second = try restraints.energies(of: x)
    return zip(first, second).map { $0 + $1 }
  }

  func energies(of x: borrowing Configurations, forces: inout Configurations) throws(EnergyError) -> [Double] {
    let first = try base.energies(of: x, forces: &forces)
    var more = Configurations(count: x.count, dimension: x.dimension)
    let second = try restraints.energies(of: x, forces: &more)
    for i in forces.coordinates.indices { forces.coordinates[i] += more.coordinates[i] }
    return zip(first, second).map { $0 + $1 }
  }
}
