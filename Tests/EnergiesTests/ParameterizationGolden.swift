import Energies
import Foundation
import Testing

/// What OpenMM's ForceField.createSystem gives, read from `Golden/parameterization.json`; see
/// scripts/force_fields/make_parameterization_golden.py.
struct ParameterizationGolden: Decodable {
  struct Entry: Decodable {
    var atoms: [Int]
    var values: [Double]

    init(_ atoms: [Int], _ values: [Double]) {
      self.atoms = atoms
      self.values = values
    }

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      atoms = try container.decode([Int].self)
      values = try container.decode([Double].self)
    }
  }

  struct Sums: Decodable {
    var count: Int
    var sums: [Double]

    /// Weighted as in the script.
    init(_ entries: [Entry]) {
      count = entries.count
      sums = []
      for entry in entries {
        let weight = entry.atoms.enumerated().reduce(0.0) { $0 + Double(($1.offset + 1) * ($1.element + 1) * ($1.element + 1)) }
        while sums.count < entry.values.count { sums.append(0) }
        for (index, value) in entry.values.enumerated() { sums[index] += weight * value }
      }
    }
  }

  struct AtomEntry: Decodable {
    var name: String
    var symbol: String
    var residue: Int

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      name = try container.decode(String.self)
      symbol = try container.decode(String.self)
      residue = try container.decode(Int.self)
    }
  }

  struct Case: Decodable, CustomTestStringConvertible, Sendable {
    var force_field: String
    var templates: [String]
    var solvent: String
    var cutoff: Double?
    var residues: [String]
    var atoms: [AtomEntry]
    var bonds: [[Int]]
    var mass: Double
    /// nm
    var positions: [Double]?
    /// By OpenMM force, kJ/mol.
    var energies: [String: Double]?
    var full: [String: [Entry]]?
    var sums: [String: Sums]?

    var testDescription: String { "\(force_field) \(templates.joined(separator: "-")) \(solvent)" }

    var molecule: Molecule {
      let moleculeAtoms = atoms.map { Atom(name: $0.name, element: Element(symbol: $0.symbol), mass: 0, residue: $0.residue) }
      let moleculeResidues = residues.enumerated().map { index, name in
        let first = atoms.firstIndex { $0.residue == index }!
        let last = atoms.lastIndex { $0.residue == index }!
        return Residue(name: name, number: index + 1, atoms: first..<last + 1)
      }
      return Molecule(atoms: moleculeAtoms, residues: moleculeResidues, bonds: bonds.map { Bond($0[0], $0[1]) })
    }
  }

  var cases: [Case]

  static let shared: ParameterizationGolden = {
    let url = Bundle.module.url(forResource: "parameterization", withExtension: "json", subdirectory: "Golden")!
    return try! JSONDecoder().decode(ParameterizationGolden.self, from: Data(contentsOf: url))
  }()
}

extension ParameterizationGolden.Entry: Sendable {}
extension ParameterizationGolden.Sums: Sendable {}
extension ParameterizationGolden.AtomEntry: Sendable {}

extension MolecularSystem {
  /// The parameters of all terms in the form of the golden file.
  var goldenEntries: [String: [ParameterizationGolden.Entry]] {
    typealias Entry = ParameterizationGolden.Entry
    var result: [String: [Entry]] = [:]
    for term in terms {
      switch term {
      case let term as HarmonicBonds:
        result["bond"] = term.bonds.map { Entry([$0.i, $0.j], [$0.length, $0.forceConstant]) }
      case let term as HarmonicAngles:
        result["angle"] = term.angles.map { Entry([$0.i, $0.j, $0.k], [$0.angle, $0.forceConstant]) }
      case let term as PeriodicTorsions:
        result["torsion"] = term.torsions.map {
          Entry([$0.i, $0.j, $0.k, $0.l], [Double($0.periodicity), $0.phase, $0.forceConstant])
        }
      case let term as CMAPTorsions:
        result["cmap"] = term.torsions.map { torsion in
          Entry((0..<4).map { torsion.first[$0] } + (0..<4).map { torsion.second[$0] }, [Double(torsion.map)])
        }
        result["cmap_maps"] = term.maps.map { Entry([$0.size], $0.energies) }
      case let term as Nonbonded:
        result["particle"] = term.particles.enumerated().map { Entry([$0], [$1.charge, $1.sigma, $1.epsilon]) }
        result["exception"] = term.exceptions.map {
          Entry([min($0.i, $0.j), max($0.i, $0.j)], [$0.chargeProduct, $0.sigma, $0.epsilon])
        }
        result["cutoff"] = term.cutoff.map { [Entry([], [$0.distance, $0.reactionFieldDielectric])] } ?? []
      case let term as GeneralizedBorn: result.merge(term.goldenEntries) { $1 }
      default: result["unknown term"] = []
      }
    }
    return result
  }
}

extension GeneralizedBorn {
  var goldenEntries: [String: [ParameterizationGolden.Entry]] {
    typealias Entry = ParameterizationGolden.Entry
    var result: [String: [Entry]] = [:]
    let constants = [parameters.solventDielectric, parameters.soluteDielectric]
    if parameters.countsEngulfedAtoms {
      result["born_by_type"] = particles.enumerated().map {
        Entry([$0], [$1.charge, $1.offsetRadius + parameters.radiusOffset, $1.scaledRadius / $1.offsetRadius])
      }
      result["born_constants"] = [Entry([], constants + [parameters.surfaceArea?.tension ?? 0])]
      return result
    }
    result["born"] = particles.enumerated().map { index, particle in
      let common = [particle.charge, particle.offsetRadius, particle.scaledRadius]
      guard parameters.neck != nil else { return Entry([index], common) }
      return Entry([index], common + [particle.alpha, particle.beta, particle.gamma, Double(particle.radiusClass)])
    }
    result["born_constants"] = [Entry([], constants + [parameters.radiusOffset, parameters.surfaceArea?.tension ?? 0])]
    if let neck = parameters.neck {
      // Ours: row of the atom that is descreened, column of the other. OpenMM's index of the first runs fastest.
      func transposed(_ table: [Double]) -> [Double] {
        let n = neck.classCount
        return (0..<n * n).map { table[$0 % n * n + $0 / n] }
      }
      result["neck_getd0"] = [Entry([neck.classCount], transposed(neck.distances))]
      result["neck_getm0"] = [Entry([neck.classCount], transposed(neck.depths))]
    }
    return result
  }
}
