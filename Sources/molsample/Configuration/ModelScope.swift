import Energies
import Foundation
import MolFlow

/// What of a molecule lies outside of what a transferable model was trained on.
///
/// Weights are exact all the same; but a model that has never seen the like is likely to draw samples of little worth, and a user should
/// know before.
struct ModelScope {
  /// One line for each thing that is unlike the training, beginning with the gravest; empty where nothing is.
  let remarks: [String]
  /// Whether the very sequence was trained on, with this handedness.
  let isTrainedOn: Bool

  /// Kelvins that make no difference worth a word.
  private static let temperatureTolerance = 15.0

  /// nil for a model of one molecule.
  init?(_ model: ModelFile, of prepared: PreparedSystem) {
    guard type(of: model.header.recipe).isTransferable else { return nil }
    let provenance = model.header.provenance
    let trained = Self.peptides(of: model).compactMap { word in
      (try? PeptideSequence(parsing: word)).map { sequence in
        [sequence.leadingCap].compactMap(\.self) + sequence.residueNames + [sequence.trailingCap].compactMap(\.self)
      }
    }
    let molecule = prepared.system.molecule
    let residues = molecule.residues.map { Self.canonical($0.name) }
    var remarks: [String] = []

    let known = Set(trained.flatMap { $0.map(Self.canonical) })
    if known.isEmpty { remarks.append("its file does not say what it was trained on") }
    let unknown = known.isEmpty ? [] : residues.filter { !known.contains($0) }
    let caps = unknown.filter(Self.caps.contains)
    let others = Set(unknown).subtracting(Self.caps).sorted()
    if !others.isEmpty { remarks.append("it never saw the residues \(others.joined(separator: ", "))") }
    let wrong = prepared.structure.map { AminoAcidChirality(molecule).wrongCenters(in: $0) } ?? []
    if !wrong.isEmpty {
      remarks.append(
        "handedness unlike L-amino acids, which are all it saw, at "
          + wrong.map(molecule.label(ofAtom:)).joined(separator: ", "))
    }
    func amino(_ names: [String]) -> Int { names.count { !Self.caps.contains($0) } }
    let lengths = Set(trained.map { amino($0.map(Self.canonical)) })
    let length = amino(residues)
    if !lengths.contains(length), let shortest = lengths.min(), let longest = lengths.max() {
      let range = shortest == longest ? "\(shortest)" : "\(shortest) to \(longest)"
      remarks.append("it saw peptides of \(range) residues, and this has \(length)")
    }
    if !caps.isEmpty { remarks.append("it never saw the caps \(Set(caps).sorted().joined(separator: ", "))") }
    if let temperature = provenance["temperature_K"].flatMap(Double.init),
      abs(prepared.description.temperature - temperature) > Self.temperatureTolerance
    {
      remarks.append(
        "it was trained at \(significant(temperature)) K, and \(significant(prepared.description.temperature)) K is asked for"
      )
    }
    if let forceField = provenance["force_field"] {
      let words = prepared.description.forceField
      let own = words.isEmpty ? "the energy of a file" : words.joined(separator: ", ")
      if words.count != 1 || ForceField.shippedName(words[0]) != forceField {
        remarks.append("it was trained on \(forceField), and this is \(own)")
      }
    }
    if let solvent = provenance["solvent"] {
      let own = prepared.system.term(GeneralizedBorn.self)?.parameters.model.lowercased() ?? "vacuum"
      let trained = solvent.isEmpty ? "vacuum" : solvent
      if own != trained { remarks.append("it was trained in \(trained), and this is in \(own)") }
    }
    remarks += Self.otherSettings(prepared.system)
    self.remarks = remarks
    isTrainedOn = wrong.isEmpty && trained.contains { $0.map(Self.canonical) == residues }
  }

  /// What of the energy is unlike that of data sets, which is that of sequences, beyond the names of force field and solvent.
  private static func otherSettings(_ system: MolecularSystem) -> [String] {
    guard let usual = try? PreparedSystem(SystemDescription(sequence: "GG"), needsStructure: false).system else {
      return []
    }
    var remarks: [String] = []
    // Beyond the usual one no atoms are, of chains as long as those that were trained on.
    if let cutoff = usual.term(Nonbonded.self)?.cutoff?.distance,
      let own = system.term(Nonbonded.self)?.cutoff?.distance, own < cutoff
    {
      remarks.append("it was trained with a cutoff of \(significant(cutoff)) nm, and this has \(significant(own)) nm")
    }
    guard let trained = usual.term(GeneralizedBorn.self)?.parameters,
      let own = system.term(GeneralizedBorn.self)?.parameters
    else { return remarks }
    func compare(_ name: String, _ value: KeyPath<GeneralizedBorn.Parameters, Double>) {
      let (here, there) = (own[keyPath: value], trained[keyPath: value])
      // Programs write 78.3 or 78.5 for water.
      guard abs(here - there) > 0.01 * max(1, there) else { return }
      remarks.append("it was trained with \(name) of \(significant(there)), and this has \(significant(here))")
    }
    compare("a dielectric constant of the solvent", \.solventDielectric)
    compare("a dielectric constant of the solute", \.soluteDielectric)
    compare("an inverse Debye length, 1/nm,", \.inverseDebyeLength)
    if (own.surfaceArea == nil) != (trained.surfaceArea == nil) {
      remarks.append(
        "it was trained with\(trained.surfaceArea == nil ? "out" : "") a surface-area term, and this has "
          + (own.surfaceArea == nil ? "none" : "one"))
    }
    return remarks
  }

  private static let caps: Set<String> = ["ACE", "NME", "NHE"]

  /// Lists write H for the tautomer HIE; the other and the cation are residues of their own, with other atoms.
  private static func canonical(_ name: String) -> String { name == "HIS" ? "HIE" : name }

  /// What a transferable model was trained on, as its file says.
  static func peptides(of model: ModelFile) -> [String] {
    (model.header.provenance["peptides"] ?? "").split(separator: " ").map(String.init)
  }

  /// Tells what of the molecule lies outside of what the model knows, where anything does.
  static func remark(on model: ModelFile, named word: String, of prepared: PreparedSystem) {
    guard let scope = ModelScope(model, of: prepared), !scope.remarks.isEmpty else { return }
    Molsample.report("\(word) on \(prepared.description.name): \(scope.text)")
  }

  /// What a user is told before a run.
  var text: String {
    let sequence = isTrainedOn ? "the model was trained on this peptide" : "the model was not trained on this peptide"
    guard !remarks.isEmpty else {
      return sequence
        + (isTrainedOn ? "" : ", but on its kind: residues, length, temperature and force field are known")
    }
    return
      (["\(sequence), and some of this is outside of what it knows; weights stay exact, but few may count:"]
      + remarks.map { "  \($0)" }).joined(separator: "\n")
  }
}
