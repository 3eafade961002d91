/// An ATOM or HETATM record.
struct PDBAtomRecord {
  let line: PDBLine
  /// nil where the file has none.
  let serial: Int?
  let name: String
  /// Blank where the atom has one location only.
  let alternateLocation: String
  let residueName: String
  let chain: String
  let residueNumber: Int
  let insertionCode: String
  /// nm
  let position: [Double]
  /// As columns 77–78 say, else nil.
  let element: Element?
  /// "EP" in the element's columns: a site without an element.
  let isExtraSite: Bool

  init(_ line: PDBLine) throws {
    self.line = line
    serial = try line.index(7...11, "atom serial number")
    name = line.field(13...16)
    guard !name.isEmpty else { throw line.error("the atom has no name", expected: "a name in columns 13–16") }
    alternateLocation = line.field(17...17)
    // Some programs use column 21 for a fourth letter.
    residueName = line.field(18...21)
    guard !residueName.isEmpty else {
      throw line.error("the residue has no name", expected: "a name in columns 18–20")
    }
    chain = line.field(22...22)
    residueNumber = try line.index(23...26, "residue number") ?? 0
    insertionCode = line.field(27...27)
    position = [
      try line.coordinate(31...38, "x"), try line.coordinate(39...46, "y"), try line.coordinate(47...54, "z"),
    ].map { $0 * Units.nanometersPerAngstrom }
    let symbol = line.field(77...78)
    element = Element(symbol: symbol)
    isExtraSite = symbol == "EP"
  }

  /// The element, deduced from the name where the columns do not tell.
  func element(residueHasOneAtom: Bool) -> Element? {
    if isExtraSite { return nil }
    if let element { return element }
    let upper = name.uppercased().drop { $0.isNumber }
    for (start, symbol) in [
      ("CL", "Cl"), ("NA", "Na"), ("MG", "Mg"), ("BE", "Be"), ("LI", "Li"), ("K", "K"), ("ZN", "Zn"),
    ] where upper.hasPrefix(start) { return Element(symbol: symbol) }
    if residueHasOneAtom, upper.hasPrefix("CA") { return Element(symbol: "Ca") }
    return upper.first.flatMap { Element(symbol: String($0)) }
  }
}
