import Energies
import Foundation

/// Writes a DCD trajectory as CHARMM and NAMD have it: coordinates as float Å, no cell, no fixed atoms, little-endian.
///
/// A file is a sequence of Fortran records, each between two copies of its length: a header of 84 bytes ("CORD" and twenty
/// integers: number of frames, first step, interval, …, version 24), a title of lines of 80 characters, the number of atoms, and for
/// every frame a record of all x, one of all y and one of all z. The number of frames is known beforehand; a file appears when it is
/// whole.
///
/// Source: CHARMM documentation, io.doc and the molfile plugin's description of the format.
public enum DCDWriter {
  /// - Parameters:
  ///   - frames: how many all portions have together.
  ///   - portion: the frames of a range, nm.
  public static func write(
    frames: Int, atomCount: Int, title: String, to path: String, portion: (Range<Int>) throws -> Configurations
  ) throws {
    let pending = PendingOutput(for: path)
    do {
      guard FileManager.default.createFile(atPath: pending.temporaryPath, contents: nil),
        let handle = FileHandle(forWritingAtPath: pending.temporaryPath)
      else { throw OutputError(path, "cannot be written", reason: String(cString: strerror(errno))) }
      defer { try? handle.close() }
      func put(_ data: Data) throws {
        do { try handle.write(contentsOf: data) } catch {
          throw OutputError(path, "cannot be written", reason: error.localizedDescription)
        }
      }
      var header = Data("CORD".utf8)
      var numbers = [Int32](repeating: 0, count: 20)
      (numbers[0], numbers[1], numbers[2], numbers[3], numbers[19]) = (Int32(frames), 1, 1, Int32(frames), 24)
      header.append(bytes(numbers))
      try put(record(header))
      var line = Array(title.utf8.filter { $0 >= 32 && $0 < 127 }.prefix(80))
      line += [UInt8](repeating: 32, count: 80 - line.count)
      try put(record(bytes([Int32(1)]) + Data(line)))
      try put(record(bytes([Int32(atomCount)])))
      for first in stride(from: 0, to: frames, by: 1024) {
        let x = try portion(first..<min(first + 1024, frames))
        precondition(x.dimension == 3 * atomCount)
        var data = Data()
        for sample in 0..<x.count {
          for axis in 0..<3 {
            let values = (0..<atomCount).map { Float(x[sample, 3 * $0 + axis] / Units.nanometersPerAngstrom) }
            data.append(record(bytes(values.map(\.bitPattern))))
          }
        }
        try put(data)
      }
    } catch {
      pending.discard()
      throw error
    }
    try pending.publish()
  }

  private static func record(_ body: Data) -> Data {
    let length = bytes([Int32(body.count)])
    return length + body + length
  }

  private static func bytes<Number: FixedWidthInteger>(_ values: [Number]) -> Data {
    values.map(\.littleEndian).withUnsafeBytes { Data($0) }
  }
}
