import Energies

/// What a file with coordinates is, judged by its content; suffixes are not looked at.
public enum CoordinateFormat: Sendable, Equatable {
  case amberTrajectory
  case amberRestart
  case amberASCIIRestart
  case pdb
  case numPy
  /// Something else, in words: "a NetCDF-4 (HDF5) file".
  case other(String)

  /// Throws `InputError` when the file cannot be read.
  public init(ofFile path: String) throws(InputError) { self = try Self.recognise(ReadableFile(path: path)) }

  static func recognise(_ file: ReadableFile) throws(InputError) -> CoordinateFormat {
    let start = try file.bytes(at: 0, count: 4096, allowingFewer: true)
    if start.isEmpty { return .other("an empty file") }
    if start.starts(with: "CDF".utf8) {
      let netCDF = try ClassicFile(file)
      switch AmberConvention.kind(of: netCDF) {
      case .trajectory: return .amberTrajectory
      case .restart: return .amberRestart
      case nil: return .other("a NetCDF file, but not one of AMBER's convention")
      }
    }
    if start.starts(with: NumPyHeader.magic) { return .numPy }
    for (magic, offset, name) in foreignBinaries where start.dropFirst(offset).starts(with: magic) {
      return .other(name)
    }
    // Text formats have no zero bytes.
    if start.contains(0) { return .other("a binary file of an unknown kind") }
    return recogniseText(start, isWhole: start.count < 4096)
  }

  private static let foreignBinaries: [(magic: [UInt8], offset: Int, name: String)] = [
    ([0x89, 0x48, 0x44, 0x46], 0, "a NetCDF-4 or other HDF5 file (convert NetCDF-4: nccopy -k 64-bit-offset IN OUT)"),
    (Array("PK".utf8) + [3, 4], 0, "a zip archive, perhaps a .npz or .pt file (save one array as .npy)"),
    ([0x1F, 0x8B], 0, "a gzip-compressed file (decompress it first)"),
    (Array("CORD".utf8), 4, "a DCD trajectory"),
    ([0, 0, 0x07, 0xCB], 0, "a GROMACS XTC trajectory"),
    ([0, 0, 0x07, 0xC9], 0, "a GROMACS TRR trajectory"),
  ]

  private static func recogniseText(_ bytes: [UInt8], isWhole: Bool) -> CoordinateFormat {
    var lines = String(decoding: bytes, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if !isWhole, lines.count > 1 { lines.removeLast() }
    let first = lines.first { !$0.allSatisfy(\.isWhitespace) } ?? ""
    if first.hasPrefix("%VERSION") || first.hasPrefix("%FLAG") {
      return .other("an AMBER topology (prmtop), not coordinates")
    }
    if first.hasPrefix("<") { return .other("an XML file") }
    if first.hasPrefix("data_") { return .other("an mmCIF file") }
    let record = first.prefix(6).trimmingSuffixSpaces
    if pdbRecords.contains(record) { return .pdb }
    if isASCIIRestart(lines) { return .amberASCIIRestart }
    return .other("a text file that is neither PDB nor an AMBER restart")
  }

  private static let pdbRecords: Set<String> = [
    "HEADER", "TITLE", "COMPND", "SOURCE", "KEYWDS", "EXPDTA", "NUMMDL", "MDLTYP", "AUTHOR", "REVDAT", "JRNL", "REMARK",
    "DBREF", "SEQRES", "HET", "HETNAM", "FORMUL", "HELIX", "SHEET", "SSBOND", "LINK", "CRYST1", "ORIGX1", "SCALE1",
    "MODEL", "ATOM", "HETATM", "CONECT",
  ]

  /// Title; number of atoms and perhaps time and temperature; then numbers in columns of twelve.
  private static func isASCIIRestart(_ lines: [Substring]) -> Bool {
    guard lines.count >= 3 else { return false }
    let counts = lines[1].split(whereSeparator: \.isWhitespace)
    guard let atoms = counts.first, Int(atoms) != nil, counts.count <= 3,
      counts.dropFirst().allSatisfy({ Double($0) != nil })
    else { return false }
    var columns = lines[2]
    guard columns.utf8.count >= 12, columns.utf8.count <= 80 else { return false }
    while columns.contains(where: { !$0.isWhitespace }) {
      let field = columns.prefix(12).filter { !$0.isWhitespace }
      guard field.contains("."), Double(field) != nil else { return false }
      columns = columns.dropFirst(12)
    }
    return true
  }
}

extension Substring {
  fileprivate var trimmingSuffixSpaces: String {
    var text = self
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
