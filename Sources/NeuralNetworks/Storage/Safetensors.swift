import Foundation

/// A file of named arrays of 32-bit floats with a map of strings, in the safetensors format: eight bytes with the length of
/// a JSON header (little endian), the header {name: {dtype, shape, data_offsets}, "__metadata__": {…}}, then the data, row by
/// row and little endian, without gaps (github.com/huggingface/safetensors).
public struct Safetensors: Sendable, Equatable {
  public struct Array: Sendable, Equatable {
    public var name: String
    public var shape: [Int]
    public var values: [Float]

    public init(name: String, shape: [Int], values: [Float]) {
      precondition(shape.reduce(1, *) == values.count, "as many values as the shape says")
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  public var arrays: [Array]
  public var metadata: [String: String]

  public init(arrays: [Array], metadata: [String: String] = [:]) {
    self.arrays = arrays
    self.metadata = metadata
  }

  public subscript(name: String) -> Array? { arrays.first { $0.name == name } }

  // MARK: Writing

  /// The file's bytes; the same arrays and metadata give the same bytes.
  public func encoded() throws -> Data {
    var header: [String: Any] = [:]
    var offset = 0
    for array in arrays {
      precondition(header[array.name] == nil && array.name != "__metadata__", "names are unique")
      header[array.name] =
        ["dtype": "F32", "shape": array.shape, "data_offsets": [offset, offset + 4 * array.values.count]]
        as [String: Any]
      offset += 4 * array.values.count
    }
    header["__metadata__"] = metadata
    var json = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
    // The data then begin at a multiple of eight bytes; readers accept trailing spaces.
    while json.count % 8 != 0 { json.append(0x20) }
    var bytes = Data(capacity: 8 + json.count + offset)
    withUnsafeBytes(of: UInt64(json.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(json)
    for array in arrays {
      #if _endian(little)
        array.values.withUnsafeBytes { bytes.append(contentsOf: $0) }
      #else
        for value in array.values {
          withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
      #endif
    }
    return bytes
  }

  // MARK: Reading

  private struct Entry: Decodable {
    var dtype: String
    var shape: [Int]
    var data_offsets: [Int]
  }

  /// - Parameter file: what to call the file in errors.
  /// - Throws: `SafetensorsError` for anything but a complete file of 32- or 64-bit floats.
  public init(_ data: Data, file: String) throws(SafetensorsError) {
    func error(_ problem: String) -> SafetensorsError { SafetensorsError(file: file, problem: problem) }
    guard data.count >= 8 else { throw error("it has \(data.count) bytes, too few for a header") }
    let bytes = [UInt8](data)
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
    guard length >= 2, length <= UInt64(bytes.count - 8), length <= 100_000_000 else {
      throw error("its header should have \(length) bytes, but the file has \(bytes.count); is it cut short?")
    }
    let header = Data(bytes[8..<8 + Int(length)])
    let start = 8 + Int(length)
    guard bytes[8] == UInt8(ascii: "{"), let parsed = try? JSONSerialization.jsonObject(with: header) as? [String: Any]
    else { throw error("its header is not a JSON object") }
    var found: [(entry: Entry, name: String)] = []
    var metadata: [String: String] = [:]
    for (name, value) in parsed {
      if name == "__metadata__" {
        guard let map = value as? [String: String] else { throw error("its __metadata__ is not a map of strings") }
        metadata = map
        continue
      }
      guard let object = value as? [String: Any], let json = try? JSONSerialization.data(withJSONObject: object),
        let entry = try? JSONDecoder().decode(Entry.self, from: json), entry.data_offsets.count == 2
      else { throw error("the entry of '\(name)' lacks dtype, shape or data_offsets") }
      found.append((entry, name))
    }
    // In the order of their data, which must follow one another from the first byte to the last.
    found.sort { ($0.entry.data_offsets[0], $0.name) < ($1.entry.data_offsets[0], $1.name) }
    var arrays: [Array] = []
    var end = 0
    for (entry, name) in found {
      guard entry.dtype == "F32" || entry.dtype == "F64" else {
        throw error("'\(name)' has the type \(entry.dtype); expected F32 or F64")
      }
      var count = 1
      for size in entry.shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        guard size >= 0, !overflow, product < 1 << 40 else { throw error("'\(name)' has an impossible shape") }
        count = product
      }
      let size = entry.dtype == "F32" ? 4 : 8
      let (first, last) = (entry.data_offsets[0], entry.data_offsets[1])
      guard first == end, last == first + size * count else {
        throw error("the data of '\(name)' do not follow what stands before them or do not fit its shape")
      }
      guard last <= bytes.count - start else {
        throw error("the data of '\(name)' end beyond the file; is it cut short?")
      }
      end = last
      let values = bytes.withUnsafeBytes { raw in
        (0..<count).map { index -> Float in
          let place = start + first + size * index
          return size == 4
            ? Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
            : Float(Double(bitPattern: UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt64.self))))
        }
      }
      arrays.append(Array(name: name, shape: entry.shape, values: values))
    }
    guard end == bytes.count - start else {
      throw error("\(bytes.count - start - end) bytes follow the last array")
    }
    self.init(arrays: arrays, metadata: metadata)
  }
}

/// A file that is not a complete safetensors file.
public struct SafetensorsError: Error, Sendable, Equatable, CustomStringConvertible {
  public var file: String
  public var problem: String

  public init(file: String, problem: String) { (self.file, self.problem) = (file, problem) }

  public var description: String { "\(file): not a model file: \(problem)" }
}
