import Energies
import Foundation
import NeuralNetworks
import Sampling

/// A trained flow of one molecule as a safetensors file: its parameters, and in the metadata what it takes to build it again
/// and where it comes from.
public struct ModelFile: Sendable {
  public static let format = "molflow-model-1"

  /// What stands in the file beside the parameters.
  public struct Header: Sendable {
    public var recipe: any FlowRecipe
    /// Atoms, bonds and the order of placement; see `signature`.
    public var molecule: String
    public var scaling: CoordinateScaling
    public var whitening: Whitening?
    public var statistics: CartesianStatistics?
    public var marginals: FittedMarginalsProposal?
    /// System, temperature, seed, data, energy evaluations and whatever else says how the model came about.
    public var provenance: [String: String]
  }

  public var header: Header
  public var flow: NormalizingFlow

  public init(header: Header, flow: NormalizingFlow) { (self.header, self.flow) = (header, flow) }

  /// An untrained flow; initial parameters depend on `seed` only.
  public init(_ subject: FlowSubject, recipe: any FlowRecipe, seed: UInt64, provenance: [String: String]) {
    let isTransferable = type(of: recipe).isTransferable
    header = Header(
      recipe: recipe,
      molecule: isTransferable
        ? Self.anyMolecule : Self.signature(of: subject.system.molecule, subject.coordinates.zMatrix),
      scaling: isTransferable ? CoordinateScaling(rows: []) : subject.scaling, whitening: subject.whitening,
      statistics: subject.statistics,
      marginals: subject.marginals, provenance: provenance)
    var builder = ParameterBuilder(seed: seed)
    flow = recipe.flow(of: subject, in: &builder)
  }

  /// The signature of transferable models.
  static let anyMolecule = "*"

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

  /// What stands in a file beside the parameters, whatever molecule it is of.
  public static func header(_ data: Data, path: String) throws -> Header { try read(data, path: path).header }

  private static func read(_ data: Data, path: String) throws -> (file: Safetensors, header: Header) {
    let file: Safetensors
    do {
      file = try Safetensors(data, file: path)
    } catch {
      throw InputError(path, "is not a model: \(error.problem)", advice: "train one with `molsample train`")
    }
    guard file.metadata["format"] == Self.format, let text = file.metadata["model"],
      let kind = try? JSONDecoder().decode(Header.Kind.self, from: Data(text.utf8)).kind
    else {
      throw InputError(
        path, "is a safetensors file, but not a model of this program", expected: "format \(Self.format)",
        found: file.metadata["format"].map { "format \($0)" } ?? "no format in its metadata",
        advice: "train one with `molsample train`")
    }
    guard FlowRecipes.type(of: kind) != nil else {
      throw InputError(
        path, "holds a model of a kind that this version does not know",
        expected: FlowRecipes.kinds.joined(separator: ", "), found: kind)
    }
    let header: Header
    do {
      header = try JSONDecoder().decode(Header.self, from: Data(text.utf8))
    } catch {
      throw InputError(path, "has a description of its model that cannot be read", found: "\(error)")
    }
    return (file, header)
  }

  /// - Parameters:
  ///   - structure: one configuration that shows the stereocentres, which transferable models need, at a state.
  /// - Throws: `InputError` for a file that is no model, or a model of another molecule.
  public init(
    _ data: Data, path: String, system: MolecularSystem, coordinates: InternalCoordinates,
    structure: Configurations? = nil, state: ThermodynamicState = ThermodynamicState(temperature: 300)
  ) throws {
    let (file, header) = try Self.read(data, path: path)
    var scaling = header.scaling
    var coordinates = coordinates
    let expected = Self.signature(of: system.molecule, coordinates.zMatrix)
    if type(of: header.recipe).isTransferable {
      if let atom = PeptideAtomFeatures.unknownAtom(in: system.molecule) {
        throw InputError(
          path, "is a model of peptides and does not know this molecule",
          expected: "residues \(PeptideAtomFeatures.residues.joined(separator: " ")) with the atom names of amber14",
          found: system.molecule.label(ofAtom: atom), advice: "train a model of this molecule alone")
      }
      guard let structure else {
        throw InputError(
          path, "needs a structure that shows every stereocentre", expected: "one configuration", found: "none",
          advice: "give coordinates with the system, for example --inpcrd FILE")
      }
      coordinates = InternalCoordinates(
        try ZMatrix(system.molecule, order: header.recipe.placementOrder), threads: coordinates.threads)
      scaling = try CoordinateScaling(system, zMatrix: coordinates.zMatrix, structure: structure, state: state)
    }
    guard type(of: header.recipe).isTransferable || header.molecule == expected,
      scaling.rows.count == coordinates.zMatrix.rows.count
    else {
      throw InputError(
        path, "is a model of another molecule",
        expected: "\(system.molecule.atomCount) atoms, \(Self.abbreviated(expected))",
        found: "\(header.scaling.rows.count + 1) atoms, \(Self.abbreviated(header.molecule))",
        advice: "train a model of this molecule, or name the system that the model was trained on")
    }
    guard header.statistics?.isValid(for: system.molecule) ?? true else {
      throw InputError(path, "has statistics of its frames that do not fit the molecule", advice: "train it anew")
    }
    var subject = FlowSubject(
      system, coordinates: coordinates, scaling: scaling, kT: state.kT, whitening: header.whitening,
      statistics: header.statistics,
      marginals: header.marginals)
    if let structure { subject.signs = ChiralCenters(system.molecule).signs(of: structure) }
    var builder = ParameterBuilder(seed: 0)
    var flow = header.recipe.flow(of: subject, in: &builder)
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

/// As JSON: the recipe's kind, its sizes under "options", and the rest.
extension ModelFile.Header: Codable {
  struct Kind: Codable {
    var kind: String
  }

  private enum Key: String, CodingKey {
    case kind, options, molecule, scaling, whitening, statistics, marginals, provenance
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(type(of: recipe).kind, forKey: .kind)
    try recipe.encode(to: container.superEncoder(forKey: .options))
    try container.encode(molecule, forKey: .molecule)
    try container.encode(scaling, forKey: .scaling)
    try container.encodeIfPresent(whitening, forKey: .whitening)
    try container.encodeIfPresent(statistics, forKey: .statistics)
    try container.encodeIfPresent(marginals, forKey: .marginals)
    try container.encode(provenance, forKey: .provenance)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let kind = try container.decode(String.self, forKey: .kind)
    guard let type = FlowRecipes.type(of: kind) else {
      throw DecodingError.dataCorruptedError(forKey: .kind, in: container, debugDescription: "unknown kind \(kind)")
    }
    recipe = try type.init(from: container.superDecoder(forKey: .options))
    molecule = try container.decode(String.self, forKey: .molecule)
    scaling = try container.decode(CoordinateScaling.self, forKey: .scaling)
    whitening = try container.decodeIfPresent(Whitening.self, forKey: .whitening)
    statistics = try container.decodeIfPresent(CartesianStatistics.self, forKey: .statistics)
    marginals = try container.decodeIfPresent(FittedMarginalsProposal.self, forKey: .marginals)
    provenance = try container.decode([String: String].self, forKey: .provenance)
    guard recipe.problem == nil, type.needsWhitening == (whitening != nil),
      type.needsStatistics == (statistics != nil),
      marginals == nil || marginals!.dimension == scaling.coordinates.count,
      whitening?.isValid(count: scaling.coordinates.count) ?? true, scaling.isValid
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .options, in: container,
        debugDescription: recipe.problem ?? "scaling, whitening or marginals do not fit the model")
    }
  }
}
