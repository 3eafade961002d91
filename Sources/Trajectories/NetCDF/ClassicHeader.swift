/// What the header of a NetCDF classic file (CDF-1, CDF-2, CDF-5) declares.
///
/// Source: "NetCDF Classic Format Specification", Unidata, NetCDF User's Guide, appendix B.
struct ClassicHeader: Sendable {
  /// The last byte of the magic number.
  enum Version: UInt8, Sendable {
    case classic = 1
    case offset64 = 2
    case data64 = 5
  }

  struct Dimension: Sendable {
    let name: String
    /// 0 for the record (unlimited) dimension.
    let length: Int
  }

  let version: Version
  /// nil when the writer left it to the size of the file (streaming mode).
  let declaredRecordCount: Int?
  let dimensions: [Dimension]
  let attributes: [String: ClassicAttribute]
  let variables: [ClassicVariable]
  /// Bytes from one record to the next.
  let recordSize: Int
}

/// External types, with the numbers of the format.
enum ClassicType: Int, Sendable {
  case byte = 1
  case char, short, int, float, double, unsignedByte, unsignedShort, unsignedInt, int64, unsignedInt64

  var byteCount: Int {
    switch self {
    case .byte, .char, .unsignedByte: 1
    case .short, .unsignedShort: 2
    case .int, .float, .unsignedInt: 4
    case .double, .int64, .unsignedInt64: 8
    }
  }
}

enum ClassicAttribute: Sendable {
  case text(String)
  case numbers([Double])
}

struct ClassicVariable: Sendable {
  let name: String
  let dimensionNames: [String]
  /// Lengths; the first is 0 for a record variable.
  let lengths: [Int]
  let attributes: [String: ClassicAttribute]
  let type: ClassicType
  /// Offset of the first value.
  let begin: Int
  let isRecord: Bool
  /// Values of one row: product of all lengths but the first; 1 for a scalar.
  let rowElements: Int
  /// Bytes of all values of a fixed variable or of one record, without padding.
  let byteCount: Int

  var rank: Int { lengths.count }
  var rowByteCount: Int { rowElements * type.byteCount }
}
