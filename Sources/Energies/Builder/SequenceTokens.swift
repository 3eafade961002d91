/// The pieces of a sequence between hyphens, each with its place in the text.
struct SequenceTokens {
  private struct Token {
    var text: String
    /// 1-based place of its first character.
    var place: Int
  }

  private let text: String
  private let source: String
  private var tokens: [Token] = []
  private(set) var notes: [String] = []

  init(text: String, source: String) {
    self.text = text
    self.source = source
  }

  /// Cuts at hyphens and drops white space around the whole.
  mutating func split() throws(InputError) {
    var current = Token(text: "", place: 1)
    let characters = Array(text)
    let first = characters.firstIndex { !$0.isWhitespace } ?? characters.count
    let end = (characters.lastIndex { !$0.isWhitespace } ?? first - 1) + 1
    guard first < end else {
      throw InputError(
        source, "the sequence is empty", expected: "residues such as ACE-ALA-NME or AK", found: "'\(text)'")
    }
    current.place = first + 1
    for index in first..<end {
      let character = characters[index]
      if character == "-" {
        try finish(&current, nextPlace: index + 2)
      } else if character.isASCII, character.isLetter {
        current.text.append(contentsOf: character.uppercased())
      } else {
        throw unknown(String(character), place: index + 1, what: "character", allowed: "letters and hyphens")
      }
    }
    try finish(&current, nextPlace: end + 1)
    if tokens.count == 1, tokens[0].text.count == 3, isName(tokens[0].text) {
      let name = tokens[0].text
      throw InputError(
        source, "'\(name)' alone can be the residue \(name) or three residues of one letter",
        expected: "hyphens that say which", found: "'\(name)'",
        advice: "write \(name.map(String.init).joined(separator: "-")) for the tripeptide, or name the caps: "
          + (AminoAcidNames.residues.contains(name) || name == "HIS" ? "ACE-\(name)-NME" : "ACE-ALA-NME"))
    }
  }

  private mutating func finish(_ token: inout Token, nextPlace: Int) throws(InputError) {
    guard !token.text.isEmpty else {
      throw InputError(
        source, "position \(token.place): a residue is missing beside a hyphen", expected: "a residue name",
        found: "'\(text)'")
    }
    tokens.append(token)
    token = Token(text: "", place: nextPlace)
  }

  private func isName(_ name: String) -> Bool {
    AminoAcidNames.residues.contains(name) || AminoAcidNames.leadingCaps.contains(name)
      || AminoAcidNames.trailingCaps.contains(name) || name == "HIS" || name == "CYX"
  }

  mutating func takeLeadingCap() throws(InputError) -> String? {
    guard let first = tokens.first, AminoAcidNames.leadingCaps.contains(first.text) else { return nil }
    return tokens.removeFirst().text
  }

  mutating func takeTrailingCap() throws(InputError) -> String? {
    guard let last = tokens.last, AminoAcidNames.trailingCaps.contains(last.text) else { return nil }
    return tokens.removeLast().text
  }

  /// What is left between the caps: all residue names, or one run of letters.
  mutating func residues() throws(InputError) -> [String] {
    if tokens.count == 1, !isName(tokens[0].text) {
      try refuseComponent(tokens[0])
      var names: [String] = []
      for (offset, letter) in tokens[0].text.enumerated() {
        names.append(try residue(forLetter: letter, place: tokens[0].place + offset))
      }
      return names
    }
    var names: [String] = []
    for token in tokens { names.append(try residue(for: token)) }
    return names
  }

  /// DAL would otherwise pass as aspartate, alanine, leucine where D-alanine is meant.
  private func refuseComponent(_ token: Token) throws(InputError) {
    guard AminoAcidNames.componentsOfLetters.contains(token.text) else { return }
    throw InputError(
      source,
      "position \(token.place): '\(token.text)' can be a residue that no force field here knows, or three of one letter",
      expected: AminoAcidNames.allowedNames, found: "'\(text)'",
      advice: "write \(token.text.map(String.init).joined(separator: "-")) for three residues; a molecule with "
        + "\(token.text) can be read from AMBER or OpenMM files")
  }

  private mutating func residue(for token: Token) throws(InputError) -> String {
    let name = token.text
    if AminoAcidNames.residues.contains(name) { return name }
    if name.count == 1 { return try residue(forLetter: Character(name), place: token.place) }
    if name == "HIS" {
      noteHistidine()
      return "HIE"
    }
    if name == "CYX" {
      throw InputError(
        source, "position \(token.place): CYX is half of a disulphide bridge, which a sequence cannot describe",
        expected: "CYS", found: name,
        advice: "use CYS for a free thiol, or read the bridged molecule from AMBER or OpenMM files")
    }
    if AminoAcidNames.leadingCaps.contains(name) {
      throw misplacedCap(token, where: "first")
    }
    if AminoAcidNames.trailingCaps.contains(name) {
      throw misplacedCap(token, where: "last")
    }
    throw unknown(name, place: token.place, what: "residue", allowed: AminoAcidNames.allowedNames)
  }

  private mutating func residue(forLetter letter: Character, place: Int) throws(InputError) -> String {
    guard let name = AminoAcidNames.byLetter[letter] else {
      throw unknown(String(letter), place: place, what: "letter", allowed: AminoAcidNames.allowedLetters)
    }
    if letter == "H" { noteHistidine() }
    return name
  }

  private mutating func noteHistidine() {
    let note = "histidine is read as HIE (hydrogen at N-epsilon); name HID or HIP for another form"
    if !notes.contains(note) { notes.append(note) }
  }

  private func misplacedCap(_ token: Token, where place: String) -> InputError {
    InputError(
      source, "position \(token.place): the cap \(token.text) must be \(place)", expected: "ACE first, NME or NHE last",
      found: "'\(text)'")
  }

  private func unknown(_ found: String, place: Int, what: String, allowed: String) -> InputError {
    InputError(source, "position \(place): unknown \(what) '\(found)'", expected: allowed, found: "'\(text)'")
  }
}
