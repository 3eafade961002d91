/// A peptide's residues as a user writes them, and the names of the force field's residue templates they stand for.
///
/// Two ways to write, in either case of letters:
/// - residue names with hyphens: `ACE-ALA-NME`, `LYS-HID-GLU`; a letter alone stands for its residue, `A-L-A`;
/// - one letter a residue: `AK`, `GYDPETGTWG`; caps may stand around, `ACE-AK-NME`.
///
/// Caps are ACE before, NME or NHE after. An end without a cap is charged, as in water at neutral pH: the first residue
/// then is the template `NALA`, the last `CALA`. `H` and `HIS` are read as `HIE`, hydrogen at N-epsilon; name HID or
/// HIP where another form is meant.
public struct PeptideSequence: Sendable, Equatable {
  /// Residues a sequence may have, caps not counted. Building that many takes about a minute, ten less than a second.
  public static let longest = 64
  /// Characters of text that are looked at.
  static let longestText = 1000

  /// The text as given.
  public let text: String
  /// ACE, or nil for a charged amino end.
  public let leadingCap: String?
  /// "ALA", "HIE", …: residues between the caps.
  public let residueNames: [String]
  /// NME or NHE, or nil for a charged carboxyl end.
  public let trailingCap: String?
  /// Choices made for the user, one sentence each.
  public let notes: [String]

  /// Names of residue templates, in order: caps plain, charged ends with N or C before the name.
  public var templateNames: [String] {
    var names = residueNames
    if leadingCap == nil, !names.isEmpty { names[0] = "N" + names[0] }
    if trailingCap == nil, !names.isEmpty { names[names.count - 1] = "C" + names[names.count - 1] }
    return [leadingCap].compactMap { $0 } + names + [trailingCap].compactMap { $0 }
  }

  /// Residues and caps with hyphens, "ACE-ALA-NME".
  public var name: String {
    ([leadingCap].compactMap { $0 } + residueNames + [trailingCap].compactMap { $0 }).joined(separator: "-")
  }

  /// Reads a sequence; `source` is how messages name the input.
  public init(parsing text: String, source: String = "sequence") throws(InputError) {
    guard text.utf8.count <= Self.longestText else {
      throw InputError(
        source, "the text is too long", expected: "at most \(Self.longest) residues",
        found: "\(text.utf8.count) bytes", advice: "build longer chains elsewhere and read them from files")
    }
    var tokens = SequenceTokens(text: text, source: source)
    try tokens.split()
    self.text = text
    leadingCap = try tokens.takeLeadingCap()
    trailingCap = try tokens.takeTrailingCap()
    residueNames = try tokens.residues()
    notes = tokens.notes
    try checkLength(source: source)
    try checkEnds(source: source)
  }

  private func checkLength(source: String) throws(InputError) {
    if residueNames.count > Self.longest {
      throw InputError(
        source, "the peptide is too long", expected: "at most \(Self.longest) residues",
        found: "\(residueNames.count) residues", advice: "build longer chains elsewhere and read them from files")
    }
    if residueNames.isEmpty, leadingCap == nil || trailingCap == nil {
      throw InputError(
        source, "the sequence has no residue", expected: "residues such as ACE-ALA-NME or AK", found: "'\(text)'")
    }
    if residueNames.count == 1, leadingCap == nil, trailingCap == nil {
      throw InputError(
        source, "AMBER force fields have no template for one amino acid with both ends charged",
        expected: "two residues or more, or a cap", found: residueNames[0],
        advice: "use ACE-\(residueNames[0])-NME, or a peptide such as \(residueNames[0])-\(residueNames[0])")
    }
  }

  private func checkEnds(source: String) throws(InputError) {
    guard let first = residueNames.first, let last = residueNames.last else { return }
    if leadingCap == nil, AminoAcidNames.withoutTerminalForms.contains(first) {
      throw InputError(
        source, "\(first) cannot be first: AMBER force fields have no template N\(first) with a charged amino end",
        expected: "a cap before it", found: first, advice: "start the sequence with ACE-\(first)")
    }
    if trailingCap == nil, AminoAcidNames.withoutTerminalForms.contains(last) {
      throw InputError(
        source, "\(last) cannot be last: AMBER force fields have no template C\(last) with a charged carboxyl end",
        expected: "a cap after it", found: last, advice: "end the sequence with \(last)-NME")
    }
  }
}
