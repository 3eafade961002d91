/// Generalized Born terms from a prmtop's radii, as OpenMM's `AmberPrmtopFile` builds them.
///
/// OBC1, and any model with salt, is OpenMM's CustomGBForce expression; OBC2 without salt is its GBSAOBCForce, which
/// has another Coulomb constant and counts engulfed atoms. GBn2 takes radii from RADII but replaces SCREEN by its own
/// factors per element, as AMBER's programs do.
extension AmberTopology {
  func generalizedBorn(_ options: AmberSystemOptions) throws(InputError) -> GeneralizedBorn {
    let radii = try bornRadii(options.solvent)
    let charges = pairs.particles.map(\.charge)
    let isBuiltIn = options.solvent == .obc2 && options.inverseDebyeLength == 0
    var parameters = GeneralizedBorn.Parameters(
      model: options.solvent == .obc1 ? "OBC1" : options.solvent == .obc2 ? "OBC2" : "GBn2",
      solventDielectric: options.solventDielectric, soluteDielectric: options.soluteDielectric,
      coulombConstant: isBuiltIn ? Units.coulombConstant : Units.coulombConstantCustomGB,
      countsEngulfedAtoms: isBuiltIn, surfaceArea: nil, inverseDebyeLength: options.inverseDebyeLength,
      cutoff: options.cutoff)
    if options.surfaceArea {
      parameters.surfaceArea =
        isBuiltIn
        ? GeneralizedBorn.SurfaceArea(tension: 4 * Double.pi * OpenMMDefaults.surfaceAreaEnergy)
        : GeneralizedBorn.SurfaceArea()
    }
    if options.solvent == .gbn2 { return try gbn2(radii, charges, parameters) }

    guard let screens else {
      throw InputError(path, "%FLAG SCREEN is missing", expected: "screening factors for an implicit solvent")
    }
    var particles: [GeneralizedBorn.Particle] = []
    for atom in charges.indices {
      let offsetRadius = radii[atom] - parameters.radiusOffset
      guard (0...10).contains(screens[atom]) else {
        throw InputError(
          path, line: screens.lines[atom], "%FLAG SCREEN: the factor of atom \(atom + 1) is out of range",
          expected: "0 to 10", found: "\(screens[atom])")
      }
      let (alpha, beta, gamma) = options.solvent == .obc1 ? (0.8, 0, 2.909125) : (1, 0.8, 4.85)
      particles.append(
        GeneralizedBorn.Particle(
          charge: charges[atom], offsetRadius: offsetRadius, scaledRadius: screens[atom] * offsetRadius, alpha: alpha,
          beta: beta, gamma: gamma))
    }
    return GeneralizedBorn(particles: particles, parameters: parameters)
  }

  /// RADII in nm, checked for the model.
  private func bornRadii(_ model: AmberSolventModel) throws(InputError) -> [Double] {
    guard let radii else {
      throw InputError(
        path, "%FLAG RADII is missing", expected: "intrinsic Born radii for an implicit solvent",
        advice: "set them with ParmEd's changeRadii")
    }
    let allowed =
      model == .gbn2
      ? AmberNeckTables.smallestRadius...AmberNeckTables.largestRadius : 0.01...1.0
    var result: [Double] = []
    for atom in 0..<radii.count {
      let radius = radii[atom] * Units.nanometersPerAngstrom
      // Decimal radii such as 1.0 Å must not fail by their last bit.
      guard radius > allowed.lowerBound - 1e-12, radius < allowed.upperBound + 1e-12 else {
        throw InputError(
          path, line: radii.lines[atom], "%FLAG RADII: the radius of \(molecule.label(ofAtom: atom)) is out of range",
          expected: "\(allowed.lowerBound * 10) to \(allowed.upperBound * 10) Å for this model",
          found: "\(radii[atom]) Å",
          advice: model == .gbn2 ? "GBn2 wants the radius set mbondi3" : nil)
      }
      result.append(radius)
    }
    return result
  }

  private func gbn2(
    _ radii: [Double], _ charges: [Double], _ parameters: GeneralizedBorn.Parameters
  ) throws(InputError) -> GeneralizedBorn {
    let offset = 0.0195141
    var parameters = parameters
    parameters.radiusOffset = offset
    let classes = Set(radii).sorted()
    parameters.neck = AmberNeckTables.neck(radii: classes)
    var particles: [GeneralizedBorn.Particle] = []
    for atom in radii.indices {
      let residue = molecule.residues[molecule.atoms[atom].residue].name
      if Self.nucleotides.contains(residue) {
        throw InputError(
          path, "GBn2 has other parameters for nucleic acids, which are not included",
          expected: "a protein or a ligand",
          found: "residue \(residue)", advice: "use OBC1 or OBC2")
      }
      let constants = GBn2Constants.of(molecule.atoms[atom].element)
      particles.append(
        GeneralizedBorn.Particle(
          charge: charges[atom], offsetRadius: radii[atom] - offset,
          scaledRadius: constants.screen * (radii[atom] - offset), alpha: constants.alpha, beta: constants.beta,
          gamma: constants.gamma, radiusClass: classes.firstIndex(of: radii[atom])!))
    }
    return GeneralizedBorn(particles: particles, parameters: parameters)
  }

  /// Residue names of DNA and RNA as tleap writes them.
  private static let nucleotides: Set<String> = {
    var names: Set<String> = []
    for base in ["A", "C", "G", "U", "T"] {
      for prefix in ["", "D", "R"] {
        for suffix in ["", "3", "5", "N"] { names.insert(prefix + base + suffix) }
      }
    }
    return names
  }()
}

/// Constants of GBn2 for proteins by element (Nguyen, Roe, Simmerling 2013, doi:10.1021/ct3010485, igb = 8).
struct GBn2Constants {
  let screen: Double
  let alpha: Double
  let beta: Double
  let gamma: Double

  static func of(_ element: Element?) -> GBn2Constants {
    switch element {
    case .hydrogen?: GBn2Constants(screen: 1.425952, alpha: 0.788440, beta: 0.798699, gamma: 0.437334)
    case .carbon?: GBn2Constants(screen: 1.058554, alpha: 0.733756, beta: 0.506378, gamma: 0.205844)
    case .nitrogen?: GBn2Constants(screen: 0.733599, alpha: 0.503364, beta: 0.316828, gamma: 0.192915)
    case .oxygen?: GBn2Constants(screen: 1.061039, alpha: 0.867814, beta: 0.876635, gamma: 0.387882)
    case .sulfur?: GBn2Constants(screen: -0.703469, alpha: 0.867814, beta: 0.876635, gamma: 0.387882)
    default: GBn2Constants(screen: 0.5, alpha: 1.0, beta: 0.8, gamma: 4.851)
    }
  }
}

extension AmberNeckTables {
  /// The tables at the radii that occur (nm, ascending), by linear interpolation along both.
  static func neck(radii: [Double]) -> GeneralizedBorn.Neck {
    struct Place {
      var lower: Int
      var upper: Int
      /// Weight of `upper`.
      var fraction: Double
    }
    let places = radii.map { radius -> Place in
      let position = min(max((radius - smallestRadius) * 200, 0), Double(size - 1))
      let lower = min(Int(position), size - 2)
      return Place(lower: lower, upper: lower + 1, fraction: position - Double(lower))
    }
    func value(_ table: [Double], _ row: Place, _ column: Place) -> Double {
      func inRow(_ r: Int) -> Double {
        (1 - column.fraction) * table[r * size + column.lower] + column.fraction * table[r * size + column.upper]
      }
      return (1 - row.fraction) * inRow(row.lower) + row.fraction * inRow(row.upper)
    }
    var distanceTable: [Double] = []
    var depthTable: [Double] = []
    for own in places {
      for other in places {
        distanceTable.append(value(distances, other, own) * Units.nanometersPerAngstrom)
        depthTable.append(value(depths, other, own) / Units.nanometersPerAngstrom)
      }
    }
    return GeneralizedBorn.Neck(
      scale: 0.826836, cut: 0.68, classCount: radii.count, distances: distanceTable, depths: depthTable)
  }
}

/// Values that OpenMM's classes have when nothing else is said.
enum OpenMMDefaults {
  /// Surface-area energy of GBSAOBCForce, kJ/mol/nm², without the factor 4π.
  static let surfaceAreaEnergy = 2.25936
}
