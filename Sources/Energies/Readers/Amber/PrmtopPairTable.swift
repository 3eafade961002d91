import Foundation

/// The Lennard-Jones table of a prmtop by pairs of types, checked against the combining rules.
struct PrmtopPairTable {
  /// r_min in Å and ε in kcal/mol
  struct Interaction {
    var minimum: Double
    var depth: Double
  }

  /// 0-based type of each atom.
  let atomTypes: [Int]
  /// Of each type with itself.
  let radii: [Interaction]
  private let typeCount: Int
  private let indices: [Int]
  private let repulsion: [Double]
  private let attraction: [Double]

  init(_ file: PrmtopSections, _ pointers: PrmtopPointers) throws(InputError) {
    let types = try file.integers("ATOM_TYPE_INDEX", count: pointers.atomCount)
    let typeCount = pointers.typeCount
    for atom in 0..<types.count where !(1...typeCount).contains(types[atom]) {
      throw InputError(
        file.path, line: types.lines[atom], "%FLAG ATOM_TYPE_INDEX: the type of atom \(atom + 1) is out of range",
        expected: "1 to NTYPES = \(typeCount)", found: "\(types[atom])")
    }
    let pairCount = typeCount * (typeCount + 1) / 2
    let table = try file.integers("NONBONDED_PARM_INDEX", count: typeCount * typeCount)
    let a = try file.reals("LENNARD_JONES_ACOEF", count: pairCount)
    let b = try file.reals("LENNARD_JONES_BCOEF", count: pairCount)
    for place in 0..<table.count {
      let value = table[place]
      guard value != 0, value <= pairCount, value >= -pointers.hydrogenBondTypeCount else {
        throw InputError(
          file.path, line: table.lines[place], "%FLAG NONBONDED_PARM_INDEX: value \(place + 1) is out of range",
          expected: "1 to \(pairCount), or −1 to −NPHB = \(-pointers.hydrogenBondTypeCount)", found: "\(value)")
      }
    }
    try Self.refuseHydrogenBonds(file, pointers)

    self.typeCount = typeCount
    atomTypes = types.values.map { $0 - 1 }
    indices = table.values.map { $0 - 1 }
    repulsion = a.values
    attraction = b.values
    var radii: [Interaction] = []
    for type in 0..<typeCount {
      radii.append(Self.interaction(indices[type * typeCount + type], a.values, b.values))
    }
    self.radii = radii

    let used = Set(atomTypes).sorted()
    for i in used {
      for j in used {
        let place = i * typeCount + j
        let minimum = (radii[i].minimum + radii[j].minimum) / 2
        let depth = (radii[i].depth * radii[j].depth).squareRoot()
        let sixth = pow(minimum, 6)
        let expectedA = depth * sixth * sixth
        let expectedB = 2 * depth * sixth
        let index = indices[place]
        let (foundA, foundB) = index < 0 ? (0, 0) : (a[index], b[index])
        // The coefficients carry nine digits.
        if abs(foundA - expectedA) > 1e-6 * abs(foundA) || abs(foundB - expectedB) > 1e-6 * abs(foundB)
          || foundA < 0 || foundB < 0 || ((foundA == 0) != (foundB == 0))
          || (foundA == 0 && expectedA != 0)
        {
          throw InputError(
            file.path, line: index < 0 ? table.lines[place] : a.lines[index],
            "%FLAG LENNARD_JONES_ACOEF/BCOEF: the pair of types \(i + 1) and \(j + 1) does not follow the combining rules",
            expected: "A = \(expectedA), B = \(expectedB)", found: "A = \(foundA), B = \(foundB)",
            advice: "off-diagonal Lennard-Jones parameters (NBFIX) are not supported")
        }
      }
    }
  }

  func interaction(_ i: Int, _ j: Int) -> Interaction {
    Self.interaction(indices[i * typeCount + j], repulsion, attraction)
  }

  /// Without Lennard-Jones terms the radius has no meaning; 1 Å keeps σ positive.
  private static func interaction(_ index: Int, _ repulsion: [Double], _ attraction: [Double]) -> Interaction {
    guard index >= 0, repulsion[index] > 0, attraction[index] > 0 else { return Interaction(minimum: 1, depth: 0) }
    let (a, b) = (repulsion[index], attraction[index])
    return Interaction(minimum: pow(2 * a / b, 1.0 / 6), depth: b * b / (4 * a))
  }

  private static func refuseHydrogenBonds(_ file: PrmtopSections, _ pointers: PrmtopPointers) throws(InputError) {
    for flag in ["HBOND_ACOEF", "HBOND_BCOEF"] {
      guard file.contains(flag) || pointers.hydrogenBondTypeCount > 0 else { continue }
      let values = try file.reals(flag, count: pointers.hydrogenBondTypeCount)
      for index in 0..<values.count where values[index] != 0 {
        throw InputError(
          file.path, line: values.lines[index], "%FLAG \(flag): 10-12 hydrogen-bond terms are not supported",
          expected: "zeros", found: "\(values[index])")
      }
    }
  }
}
