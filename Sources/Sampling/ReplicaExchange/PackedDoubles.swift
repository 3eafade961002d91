import Foundation

/// Doubles that are coded as the base64 text of their little-endian bytes: exact, and short in JSON.
public struct PackedDoubles: Sendable, Codable, Equatable {
  public var values: [Double]

  public init(_ values: [Double]) { self.values = values }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let data = try container.decode(Data.self)
    guard data.count % 8 == 0 else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a whole number of doubles")
    }
    values = [Double](repeating: 0, count: data.count / 8)
    values.withUnsafeMutableBytes { _ = data.copyBytes(to: $0) }
    for i in values.indices { values[i] = Double(bitPattern: UInt64(littleEndian: values[i].bitPattern)) }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    let words = values.map { $0.bitPattern.littleEndian }
    try container.encode(words.withUnsafeBytes { Data($0) })
  }
}
