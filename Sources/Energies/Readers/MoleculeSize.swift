/// The largest molecule that readers accept.
///
/// Pairs of atoms are tabulated, so memory grows with the square of the number of atoms: some hundred megabytes here.
/// Without a limit a small file could ask for more memory than any machine has.
enum MoleculeSize {
  static let largestAtomCount = 5000

  static func check(_ atomCount: Int, in path: String, line: Int?) throws(InputError) {
    guard atomCount <= largestAtomCount else {
      throw InputError(
        path, line: line, "the molecule is too large", expected: "at most \(largestAtomCount) atoms",
        found: "\(atomCount) atoms", advice: "strip the solvent; this program samples single molecules")
    }
  }
}
