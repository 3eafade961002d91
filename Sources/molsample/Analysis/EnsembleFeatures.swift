import Energies
import Estimators
import Foundation

/// What ensembles of one molecule are compared by.
struct EnsembleFeatures {
  let molecule: Molecule
  let backbone: BackboneDihedrals

  init(_ molecule: Molecule) {
    self.molecule = molecule
    backbone = BackboneDihedrals(molecule)
  }

  /// All φ, then all ψ, rad, `[N][torsions]`; nil where there are none. (Of zwitterions the first residue has no φ and the last no ψ.)
  func torsions(_ x: Configurations) -> (values: [Double], dimension: Int)? {
    let all = backbone.phi + backbone.psi
    return all.isEmpty ? nil : (columns(all.map { x.dihedrals($0.atoms) }), all.count)
  }

  /// Features of TICA as transferable-samplers has them: distances of all pairs of C, N and S atoms in nm, then sine and
  /// cosine of φ, ψ and ω.
  func tica(_ x: Configurations) -> (values: [Double], dimension: Int) {
    let heavy = molecule.atoms.indices.filter { [6, 7, 16].contains(molecule.atoms[$0].element?.atomicNumber) }
    var lists: [[Double]] = []
    for (place, i) in heavy.enumerated() {
      for j in heavy.dropFirst(place + 1) {
        lists.append(
          (0..<x.count).map { sample in
            let d = x.position(sample: sample, atom: i) - x.position(sample: sample, atom: j)
            return (d * d).sum().squareRoot()
          })
      }
    }
    for torsion in backbone.all {
      let angles = x.dihedrals(torsion.atoms)
      lists.append(angles.map { sin($0) })
      lists.append(angles.map { cos($0) })
    }
    return (columns(lists), lists.count)
  }

  /// `[D][N]` to `[N][D]`, flat.
  private func columns(_ lists: [[Double]]) -> [Double] {
    let count = lists[0].count
    var flat = [Double](repeating: 0, count: count * lists.count)
    for (d, list) in lists.enumerated() { for n in 0..<count { flat[n * lists.count + d] = list[n] } }
    return flat
  }
}
