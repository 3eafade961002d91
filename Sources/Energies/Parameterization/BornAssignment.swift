extension Molecule {
  /// Generalized-Born particles and parameters by the rules of the element-wise models obc1, obc2 and gbn2.
  ///
  /// - Parameter charges: of every atom, e.
  func generalizedBorn(_ solvent: ImplicitSolvent, charges: [Double], cutoff: Double?) throws -> GeneralizedBorn {
    let tables = try BornModelTables.shipped()
    let isGBn2 = solvent.model == .gbn2
    let offset = isGBn2 ? 0.019_514_1 : 0.009
    let radii = try bornRadii(tables, mbondi3: isGBn2)
    var particles: [GeneralizedBorn.Particle] = []
    for (index, atom) in atoms.enumerated() {
      let rescaling: [Double] =
        switch solvent.model {
        case .obc1: [0.8, 0, 2.909_125]
        case .obc2: [1, 0.8, 4.85]
        default: tables.rescaling(of: atom.element)
        }
      let offsetRadius = radii[index] - offset
      particles.append(
        GeneralizedBorn.Particle(
          charge: charges[index], offsetRadius: offsetRadius,
          scaledRadius: tables.screening(of: atom.element, model: isGBn2 ? "gbn2" : "obc") * offsetRadius,
          alpha: rescaling[0], beta: rescaling[1], gamma: rescaling[2]))
    }
    var parameters = GeneralizedBorn.Parameters(
      model: solvent.model == .obc1 ? "OBC1" : isGBn2 ? "GBn2" : "OBC2", solventDielectric: solvent.solventDielectric,
      soluteDielectric: solvent.soluteDielectric, coulombConstant: Units.coulombConstantCustomGB,
      countsEngulfedAtoms: false, surfaceArea: solvent.surfaceArea ? .init() : nil,
      inverseDebyeLength: solvent.inverseDebyeLength, cutoff: cutoff)
    parameters.radiusOffset = offset
    if isGBn2 {
      let (neck, classes) = Self.neck(radii: radii, tables: tables)
      parameters.neck = neck
      for index in particles.indices { particles[index].radiusClass = classes[index] }
    }
    return GeneralizedBorn(particles: particles, parameters: parameters)
  }

  /// Intrinsic radii, nm: mbondi2, or mbondi3, which changes carboxylate oxygens and arginine's guanidinium hydrogens
  /// (Nguyen, Roe, Simmerling 2013, doi:10.1021/ct3010485).
  private func bornRadii(_ tables: BornModelTables, mbondi3: Bool) throws -> [Double] {
    let neighbours = neighbours
    let names = mbondi3 ? try StandardResidues.shipped() : nil
    return atoms.enumerated().map { index, atom in
      let partner = neighbours[index].first.flatMap { atoms[$0].element }
      if let names {
        if isCarboxylateOxygen(index, neighbours) { return tables.carboxylateOxygenRadius }
        let residue = residues[atom.residue].name
        if names.standardName(ofResidue: residue) == "ARG" {
          let name = names.standardName(ofAtom: atom.name, inResidue: residue)
          if name.hasPrefix("HH") || name.hasPrefix("HE") { return tables.arginineHydrogenRadius }
        }
      }
      return tables.mbondi2Radius(of: atom.element, bondedTo: partner)
    }
  }

  /// An oxygen whose only neighbour is a carbon with three neighbours, another of which is oxygen.
  private func isCarboxylateOxygen(_ index: Int, _ neighbours: [[Int]]) -> Bool {
    guard atoms[index].element == .oxygen, neighbours[index].count == 1 else { return false }
    let carbon = neighbours[index][0]
    guard atoms[carbon].element == .carbon, neighbours[carbon].count == 3 else { return false }
    return neighbours[carbon].contains { $0 != index && atoms[$0].element == .oxygen }
  }

  /// Neck tables for the radii that occur, interpolated linearly in both, and the row of each atom.
  private static func neck(radii: [Double], tables: BornModelTables) -> (GeneralizedBorn.Neck, [Int]) {
    let unique = Array(Set(radii)).sorted()
    let size = BornModelTables.neckSize
    let places = unique.map { radius -> [(row: Int, weight: Double)] in
      let place = (radius - 0.1) * 200
      if place <= 0 { return [(0, 1)] }
      if place >= Double(size - 1) { return [(size - 1, 1)] }
      let row = Int(place.rounded(.down))
      let weight = Double(row + 1) - place
      return [(row, weight), (row + 1, 1 - weight)]
    }
    func interpolate(_ table: [Double]) -> [Double] {
      places.flatMap { first in
        places.map { second in
          var value = 0.0
          for a in first { for b in second { value += a.weight * b.weight * table[a.row * size + b.row] } }
          return value
        }
      }
    }
    let neck = GeneralizedBorn.Neck(
      scale: 0.826_836, cut: 0.68, classCount: unique.count, distances: interpolate(tables.neckDistances),
      depths: interpolate(tables.neckDepths))
    return (neck, radii.map { radius in unique.firstIndex(of: radius)! })
  }
}
