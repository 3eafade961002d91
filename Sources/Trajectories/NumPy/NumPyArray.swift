import Energies

/// An array of real numbers as NumPy stores it in a `.npy` file: C order, `<f8` or `<f4`.
///
/// Format: NumPy Enhancement Proposal 1 and `numpy.lib.format`, versions 1.0, 2.0 and 3.0.
public struct NumPyArray: Sendable, Equatable {
  /// Lengths of the dimensions; empty for a scalar.
  public let shape: [Int]
  /// Row-major.
  public let values: [Double]

  public init(shape: [Int], values: [Double]) {
    precondition(shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count, "the shape must hold all values")
    self.shape = shape
    self.values = values
  }

  /// Reads a file. Throws `InputError` for other types or orders, and when shape and size of the file do not agree.
  public init(path: String) throws(InputError) { try self.init(ReadableFile(path: path)) }

  init(_ file: ReadableFile) throws(InputError) {
    let header = try NumPyHeader(file)
    let found = file.size - header.byteCount
    // Everything is known before anything is allocated: the values cannot take more than the file has.
    guard found == header.valueBytes else {
      throw InputError(
        file.path, "is not as long as its header says",
        expected: "\(header.valueBytes) bytes for shape \(header.shape)",
        found: "\(found) bytes", advice: "the file was cut, or holds more than one array: write it again")
    }
    let bytes = try file.bytes(at: header.byteCount, count: header.valueBytes)
    let type = header.type
    shape = header.shape
    values = bytes.withUnsafeBytes { raw in
      (0..<header.valueBytes / type.byteCount).map { i in
        switch type {
        case .float32:
          Double(Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self))))
        case .float64:
          Double(bitPattern: UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8 * i, as: UInt64.self)))
        }
      }
    }
  }

  /// Writes `<f8`, or `<f4` rounded to nearest; the file appears when it is whole. Throws `OutputError`.
  public func write(to path: String, as type: NumPyType = .float64) throws(OutputError) {
    var bytes = NumPyHeader.bytes(shape: shape, type: type)
    bytes.reserveCapacity(bytes.count + values.count * type.byteCount)
    for value in values {
      switch type {
      case .float32: withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
      case .float64: withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
      }
    }
    try PendingOutput.write(bytes, to: path)
  }
}

/// The types of number this program reads and writes; the raw value is NumPy's `descr`.
public enum NumPyType: String, Sendable, CaseIterable {
  case float32 = "<f4"
  case float64 = "<f8"

  var byteCount: Int { self == .float32 ? 4 : 8 }
}

extension NumPyArray {
  /// `[count][atoms][3]`, nm.
  public init(_ configurations: Configurations) {
    let shape =
      configurations.dimension % 3 == 0
      ? [configurations.count, configurations.atomCount, 3] : [configurations.count, configurations.dimension]
    self.init(shape: shape, values: configurations.coordinates)
  }
}
