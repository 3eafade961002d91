import Energies
import Foundation
import NeuralNetworks

/// A trained flow of one molecule as a safetensors file: its parameters, and in the metadata what it takes to build it again
/// and where it comes from.
public struct ModelFile: Sendable {
  public static let format = "molflow-model-1"

  /// What stands in the file beside the parameters.
  public struct Header: Sendable, Codable, Equatable {
    /// "autoregressive"
    public var kind: String
    /// Atoms, bonds and the order of placement; see `signature`.
    public var molecule: String
    public var options: AutoregressiveNetwork.Options
    public var scaling: CoordinateScaling
    /// System, temperature, seed, data, energy evaluations and whatever else says how the model came about.
    public var provenance: [String: String]

    public init(
      kind: String, molecule: String, options: AutoregressiveNetwork.Options, scaling: CoordinateScaling,
      provenance: [String: String]
    ) {
      (self.kind, self.molecule, self.options) = (kind, molecule, options)
      (self.scaling, self.provenance) = (scaling, provenance)
    }
  }

  public var header: Header
  public var flow: MoleculeFlow

  public init(header: Header, flow: MoleculeFlow) { (self.header, self.flow) = (header, flow) }

  /// An untrained flow; initial parameters depend on `seed` only.
  public init(
    _ system: MolecularSystem, coordinates: InternalCoordinates, scaling: CoordinateScaling,
    options: AutoregressiveNetwork.Options, seed: UInt64, provenance: [String: String]
  ) {
    header = Header(
      kind: "autoregressive", molecule: Self.signature(of: system.molecule, coordinates.zMatrix), options: options,
      scaling: scaling, provenance: provenance)
    flow = Self.flow(system, coordinates: coordinates, header: header, seed: seed)
  }

  private static func flow(
    _ system: MolecularSystem, coordinates: InternalCoordinates, header: Header, seed: UInt64
  ) -> MoleculeFlow {
    var builder = ParameterBuilder(seed: seed)
    let network = AutoregressiveNetwork("flow", options: header.options, in: &builder)
    let features = PlacementFeatures(system, zMatrix: coordinates.zMatrix, scaling: header.scaling)
    return MoleculeFlow(
      coordinates: coordinates, scaling: header.scaling,
      architecture: AutoregressiveArchitecture(
        network: network, layout: AutoregressiveNetwork.Layout(features: features, scaling: header.scaling)),
      parameters: builder.store)
  }

  /// Two molecules with one signature have the same atoms in the same order, the same bonds, and the same z-matrix.
  public static func signature(of molecule: Molecule, _ zMatrix: ZMatrix) -> String {
    let atoms = molecule.atoms.map { "\(molecule.residues[$0.residue].name):\($0.name)" }.joined(separator: " ")
    let rows = zMatrix.rows.map { "\($0.atom),\($0.bonded),\($0.angled ?? -1),\($0.twisted ?? -1)" }
    let bonds = molecule.bonds.map { "\($0.first)-\($0.second)" }
    return "\(atoms) | \(bonds.joined(separator: " ")) | \(rows.joined(separator: " "))"
  }

  // MARK: Files

  /// The file's bytes; the same model gives the same ones.
  public func encoded() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let header = String(decoding: try encoder.encode(header), as: UTF8.self)
    return try Safetensors(
      arrays: flow.parameters.arrays(), metadata: ["format": Self.format, "model": header]
    ).encoded()
  }

  /// - Throws: `InputError` for a file that is no model, or a model of another molecule.
  public init(_ data: Data, path: String, system: MolecularSystem, coordinates: InternalCoordinates) throws {
    let file: Safetensors
    do {
      file = try Safetensors(data, file: path)
    } catch {
      throw InputError(path, "is not a model: \(error.problem)", advice: "train one with `molsample train`")
    }
    guard file.metadata["format"] == Self.format, let text = file.metadata["model"],
      let header = try? JSONDecoder().decode(Header.self, from: Data(text.utf8))
    else {
      throw InputError(
        path, "is a safetensors file, but not a model of this program", expected: "format \(Self.format)",
        found: file.metadata["format"].map { "format \($0)" } ?? "no format in its metadata",
        advice: "train one with `molsample train`")
    }
    guard header.kind == "autoregressive" else {
      throw InputError(path, "holds a model of a kind that this version does not know", found: header.kind)
    }
    let expected = Self.signature(of: system.molecule, coordinates.zMatrix)
    guard header.molecule == expected, header.scaling.rows.count == coordinates.zMatrix.rows.count else {
      throw InputError(
        path, "is a model of another molecule",
        expected: "\(system.molecule.atomCount) atoms, \(Self.abbreviated(expected))",
        found: "\(header.scaling.rows.count + 1) atoms, \(Self.abbreviated(header.molecule))",
        advice: "train a model of this molecule, or name the system that the model was trained on")
    }
    var flow = Self.flow(system, coordinates: coordinates, header: header, seed: 0)
    do {
      try flow.parameters.load(file, named: path)
    } catch {
      throw InputError(path, "does not fit the model that it describes: \(error.problem)")
    }
    guard flow.parameters.values.allSatisfy(\.isFinite) else {
      throw InputError(path, "has parameters that are not numbers", advice: "use an earlier checkpoint")
    }
    self.init(header: header, flow: flow)
  }

  private static func abbreviated(_ signature: String) -> String {
    let atoms = signature.prefix { $0 != "|" }
    return atoms.count > 60 ? atoms.prefix(57) + "…" : String(atoms)
  }
}
