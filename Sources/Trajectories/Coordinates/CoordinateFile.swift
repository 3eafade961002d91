import Energies

/// Reads the configurations of one molecule from any file with coordinates that this program knows.
public enum CoordinateFile {
  /// All configurations of a file: AMBER NetCDF trajectory, ensemble or restart, ASCII restart, PDB with any number of
  /// models, or `.npy` in nm of shape `[n][atoms][3]` or `[n][3·atoms]`.
  ///
  /// The kind is recognised by content. Throws `InputError` when the file is something else, is damaged, or holds another
  /// number of atoms than `atomCount`.
  public static func read(path: String, atomCount: Int) throws -> Configurations {
    let configurations: Configurations
    switch try CoordinateFormat(ofFile: path) {
    case .amberTrajectory: configurations = try AmberTrajectoryReader(path: path).configurations()
    case .amberRestart: configurations = try AmberRestartNetCDF(path: path).coordinates
    case .numPy: configurations = try fromNumPy(path: path, atomCount: atomCount)
    case .pdb: configurations = try PDBFile(path: path).configurations
    case .amberASCIIRestart: configurations = try AmberRestart(path: path).positions
    case .other(let found):
      throw InputError(
        path, "is not a file of coordinates that this program reads",
        expected: "AMBER NetCDF trajectory or restart, ASCII restart, PDB, or .npy", found: found)
    }
    guard configurations.dimension == 3 * atomCount else {
      throw InputError(
        path, "holds configurations of another molecule", expected: "\(atomCount) atoms",
        found: "\(configurations.atomCount) atoms")
    }
    return configurations
  }

  private static func fromNumPy(path: String, atomCount: Int) throws(InputError) -> Configurations {
    let array = try NumPyArray(path: path)
    let shape = array.shape
    guard shape.dropFirst() == [atomCount, 3] || shape.dropFirst() == [3 * atomCount] else {
      throw InputError(
        path, "has another shape than configurations of \(atomCount) atoms",
        expected: "[n, \(atomCount), 3] or [n, \(3 * atomCount)], in nm", found: "\(shape)")
    }
    return Configurations(count: shape[0], dimension: 3 * atomCount, coordinates: array.values)
  }
}
