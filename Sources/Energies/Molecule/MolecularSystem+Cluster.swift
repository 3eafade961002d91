import Foundation

/// The model clusters that the field compares samplers on, as systems of particles without bonds.
extension MolecularSystem {
  /// Names of the clusters.
  public static let clusterNames = ["dw4", "lj13", "lj55"]

  /// Four particles in the plane with two preferred distances, or 13 or 55 Lennard-Jones particles, all of the convention of Köhler,
  /// Klein & Noé 2020 (see `PairDoubleWell` and `LennardJonesCluster`); nil for other names.
  ///
  /// Energies are those of the paper where kT = 1 kJ/mol, at `clusterTemperature`. The mass of a particle is that for which a
  /// step of 2 fs is short.
  public static func cluster(named name: String) -> MolecularSystem? {
    let cluster: any ParticleCluster
    switch name {
    case "dw4": cluster = PairDoubleWell.dw4
    case "lj13": cluster = LennardJonesCluster.lj13
    case "lj55": cluster = LennardJonesCluster.lj55
    default: return nil
    }
    let atoms = (0..<cluster.particleCount).map {
      Atom(name: "P\($0 + 1)", element: nil, mass: 0.01, residue: 0, type: "particle")
    }
    return MolecularSystem(
      molecule: Molecule(
        atoms: atoms, residues: [Residue(name: name.uppercased(), number: 1, atoms: 0..<atoms.count)], bonds: []),
      terms: [ParticleClusterEnergy(cluster)], notes: [("model", type(of: cluster).name)])
  }

  /// K, where kT = 1 kJ/mol.
  public static let clusterTemperature = 1 / ThermodynamicState(temperature: 1).kT

  /// Particles far enough apart to start from: on a spiral about the centre.
  public static func clusterStart(_ system: MolecularSystem) -> Configurations {
    let count = system.molecule.atomCount
    var x = Configurations(count: 1, dimension: 3 * count)
    // Places of even density in a ball, or on a square of side 4 in the plane, the second distance that DW4 likes.
    for particle in 0..<count {
      if system.axes == 2 {
        x[0, 3 * particle] = particle % 2 == 0 ? -2 : 2
        x[0, 3 * particle + 1] = particle < 2 ? -2 : 2
      } else {
        let share = (Double(particle) + 0.5) / Double(count)
        let radius = 0.75 * pow(Double(count), 1.0 / 3) * pow(share, 1.0 / 3)
        let (height, turn) = (1 - 2 * (share * 7).truncatingRemainder(dividingBy: 1), 2.4 * Double(particle))
        let across = (1 - height * height).squareRoot()
        x[0, 3 * particle] = radius * across * cos(turn)
        x[0, 3 * particle + 1] = radius * across * sin(turn)
        x[0, 3 * particle + 2] = radius * height
      }
    }
    return x
  }

  /// Configurations as samplers of the system have them: of a cluster in the plane with the third coordinate 0.
  public func placed(_ x: Configurations) -> Configurations {
    guard axes == 2 else { return x }
    var x = x
    for sample in 0..<x.count {
      for c in stride(from: 2, to: x.dimension, by: 3) { x[sample, c] = 0 }
    }
    return x
  }

  /// Coordinates of an atom that count: 2 for clusters in the plane.
  public var axes: Int { term(ParticleClusterEnergy.self)?.cluster.spatialDimension ?? 3 }
}
