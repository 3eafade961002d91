import Energies
import Foundation

/// Golden values of `Golden/make_reader_golden.py`: what OpenMM's Reference platform says.
struct ReaderGolden: Decodable {
  struct Result: Decodable {
    /// By kind of force, kJ/mol; "nonbonded" and "solvation" are sums of two of our components each.
    let energies: [String: Double]
    let total: Double
    /// kJ/mol/nm
    let forces: [Double]
  }

  struct Facts: Decodable {
    let atoms: Int
    let mass_sum: Double
    let bonds: Int
    let bond_constant_sum: Double
    let bond_length_sum: Double
    let angles: Int
    let angle_sum: Double?
    let torsions: Int
    let torsion_constant_sum: Double
    let cmap_torsions: Int?
    let cmap_sizes: [Int]?
    let cmap_0_1: Double?
    let charges: [Double]?
    let sigmas: [Double]?
    let epsilons: [Double]?
    let exceptions: Int
    let scaled_exceptions: Int
    let exception_charge_product_sum: Double
    let exception_epsilon_sum: Double
  }

  struct Options: Decodable {
    let solvent: String
    let cutoff: Double?
    let surfaceArea: Bool?
    let solventDielectric: Double?
    let soluteDielectric: Double?
    let inverseDebyeLength: Double?

    var forReader: AmberSystemOptions {
      AmberSystemOptions(
        solvent: AmberSolventModel(rawValue: solvent)!, solventDielectric: solventDielectric ?? 78.5,
        soluteDielectric: soluteDielectric ?? 1, surfaceArea: surfaceArea ?? true,
        inverseDebyeLength: inverseDebyeLength ?? 0, cutoff: cutoff)
    }
  }

  struct PrmtopCase: Decodable {
    let name: String
    let options: Options
    let results: [Result]
  }

  struct SystemCase: Decodable {
    let name: String
    let file: String
    let facts: Facts
    let results: [Result]
  }

  /// nm
  let relaxed: [Double]
  let distorted: [Double]
  let facts: Facts
  let prmtop: [PrmtopCase]
  let xml: [SystemCase]

  static let molecules = ["ala", "hiecys", "ala19"]

  init(molecule: String) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: Self.url("\(molecule).json")))
  }

  /// Relaxed and distorted.
  var geometries: Configurations {
    Configurations(count: 2, dimension: relaxed.count, coordinates: relaxed + distorted)
  }

  static func url(_ name: String) -> URL {
    Bundle.module.resourceURL!.appendingPathComponent("Golden/reader/\(name)")
  }

  static func path(_ name: String) -> String { url(name).path }

  static func bytes(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: url(name))) }
}

/// Calls `body` with the path of a new file that holds `bytes`, and deletes the file.
func withTemporaryFile<Value>(_ bytes: [UInt8], _ body: (String) throws -> Value) throws -> Value {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("molflow-\(UUID().uuidString)")
  try Data(bytes).write(to: url)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.path)
}

func withTemporaryFile<Value>(_ text: String, _ body: (String) throws -> Value) throws -> Value {
  try withTemporaryFile(Array(text.utf8), body)
}

/// The error that `body` throws, if it is an `InputError`.
func inputError(_ body: () throws -> Void) -> InputError? {
  do {
    try body()
    return nil
  } catch {
    return error as? InputError
  }
}
