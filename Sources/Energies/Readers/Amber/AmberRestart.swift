import Foundation

/// An AMBER coordinate file in text form (`inpcrd`, `rst7`): positions, and velocities and box where present.
///
/// Line 1 is a title, line 2 the number of atoms and optionally the time, then six columns of width 12 per line (6F12.7):
/// positions in Å, velocities in Å per (1/20.455 ps), and a last line with box lengths (Å) and angles (degree). Which
/// of these are present follows from the number of lines. NetCDF restarts are read by the `Trajectories` module.
public struct AmberRestart: Sendable, Equatable {
  /// A periodic box: what the file says, not used by energies here.
  public struct Box: Sendable, Equatable {
    /// a, b, c in nm
    public var lengths: SIMD3<Double>
    /// α, β, γ in degrees
    public var angles: SIMD3<Double>

    public init(lengths: SIMD3<Double>, angles: SIMD3<Double>) {
      self.lengths = lengths
      self.angles = angles
    }
  }

  public let path: String
  public let title: String
  /// ps
  public let time: Double?
  /// One sample, nm.
  public let positions: Configurations
  /// One sample, nm/ps.
  public let velocities: Configurations?
  public let box: Box?

  private static let width = 12
  private static let perLine = 6

  /// Throws `InputError` with the line, what was expected and what was found.
  public init(path: String) throws(InputError) {
    let contents = try InputFileContents(path: path)
    if contents.bytes.starts(with: Array("CDF".utf8)) || contents.bytes.starts(with: [0x89, 0x48, 0x44, 0x46]) {
      throw InputError(
        path, "this is a NetCDF file, not a text restart", expected: "an ASCII inpcrd or rst7",
        advice: "read it as a NetCDF restart")
    }
    var lines = contents.lines()
    while let last = lines.last, FixedWidthField.trimmed(last).isEmpty, lines.count > 2 { lines.removeLast() }
    guard lines.count >= 3 else {
      throw InputError(
        path, "the file is too short", expected: "a title, the number of atoms, and coordinates",
        found: "\(lines.count) lines")
    }
    let words = lines[1].split(separator: 0x20)
    guard let first = words.first, words.count <= 3, let atomCount = FixedWidthField.integer(first), atomCount > 0
    else {
      throw InputError(
        path, line: 2, "the second line does not start with the number of atoms",
        expected: "NATOM [time [temperature]]",
        found: FixedWidthField.excerpt(lines[1]))
    }
    var time: Double?
    if words.count > 1 {
      guard let value = FixedWidthField.real(words[1]) else {
        throw InputError(
          path, line: 2, "the time is unreadable", expected: "a number of ps", found: FixedWidthField.excerpt(words[1]))
      }
      time = value
    }
    // Compared before any arithmetic with a count that may be absurd.
    guard atomCount <= 2 * lines.count else {
      throw InputError(
        path, line: 2, "the file is too short for its number of atoms",
        expected: "a line of coordinates for every two of \(atomCount) atoms", found: "\(lines.count - 2) lines")
    }

    let block = (atomCount + 1) / 2
    let (hasVelocities, hasBox) = try Self.layout(path, lines, atomCount: atomCount, block: block)
    func values(_ start: Int, _ what: String) throws(InputError) -> [Double] {
      var values: [Double] = []
      for index in start..<start + block {
        let wanted = min(Self.perLine, 3 * atomCount - values.count)
        values += try Self.numbers(path, lines[index], line: index + 1, count: wanted, what)
      }
      return values
    }
    let coordinates = try values(2, "coordinates")
    positions = Configurations(
      count: 1, dimension: 3 * atomCount, coordinates: coordinates.map { $0 * Units.nanometersPerAngstrom })
    if hasVelocities {
      let raw = try values(2 + block, "velocities")
      let scale = Units.amberVelocityScale * Units.nanometersPerAngstrom
      velocities = Configurations(count: 1, dimension: 3 * atomCount, coordinates: raw.map { $0 * scale })
    } else {
      velocities = nil
    }
    if hasBox {
      let box = try Self.numbers(path, lines[lines.count - 1], line: lines.count, count: 6, "box lengths and angles")
      let nanometer = Units.nanometersPerAngstrom
      self.box = Box(
        lengths: SIMD3(box[0] * nanometer, box[1] * nanometer, box[2] * nanometer),
        angles: SIMD3(box[3], box[4], box[5]))
    } else {
      box = nil
    }
    self.path = path
    title = FixedWidthField.text(lines[0]) ?? ""
    self.time = time
  }

  /// What follows the positions, from the number of lines.
  private static func layout(
    _ path: String, _ lines: [ArraySlice<UInt8>], atomCount: Int, block: Int
  ) throws(InputError) -> (velocities: Bool, box: Bool) {
    let extra = lines.count - 2 - block
    if block == 1, extra == 1 {
      // One or two atoms: velocities and box are both one line. Box angles are at least some tens of degrees, while
      // a velocity of 60 in these units is twenty times the speed of sound.
      let fields = FixedWidthField.cut(lines[3], width: width)
      if atomCount == 1 { return fields.count == 6 ? (false, true) : (true, false) }
      let isBox = fields.contains { (FixedWidthField.real($0) ?? 0) >= 60 }
      return (!isBox, isBox)
    }
    switch extra {
    case 0: return (false, false)
    case 1: return (false, true)
    case block: return (true, false)
    case block + 1: return (true, true)
    default:
      throw InputError(
        path, line: lines.count, "the number of lines fits neither coordinates, velocities nor a box",
        expected: "\(2 + block), \(3 + block), \(2 + 2 * block) or \(3 + 2 * block) lines for \(atomCount) atoms",
        found: "\(lines.count) lines", advice: "is the file complete?")
    }
  }

  private static func numbers(
    _ path: String, _ line: ArraySlice<UInt8>, line number: Int, count: Int, _ what: String
  ) throws(InputError) -> [Double] {
    let fields = FixedWidthField.cut(line, width: width)
    guard fields.count == count else {
      throw InputError(
        path, line: number, "the line has the wrong number of \(what)", expected: "\(count) columns of width \(width)",
        found: "\(fields.count) in \(FixedWidthField.excerpt(line))")
    }
    var values: [Double] = []
    for field in fields {
      guard let value = FixedWidthField.real(field) else {
        throw InputError(
          path, line: number, "a value among the \(what) is unreadable", expected: "a number of width \(width)",
          found: FixedWidthField.excerpt(field))
      }
      values.append(value)
    }
    return values
  }
}
