import Foundation
import NeuralNetworks
import Testing

@Suite struct SafetensorsTests {
  static let file = Safetensors(
    arrays: [
      Safetensors.Array(name: "b.bias", shape: [3], values: [1, -2.5, .infinity]),
      Safetensors.Array(name: "a.weight", shape: [2, 3], values: [0.1, 0.2, 0.3, 3e-38, -0.0, 6]),
      Safetensors.Array(name: "empty", shape: [0], values: []),
      Safetensors.Array(name: "scalar", shape: [], values: [7]),
    ], metadata: ["format": "1", "text": "ν = \"5\"\n"])

  @Test func roundTrip() throws {
    let bytes = try Self.file.encoded()
    let read = try Safetensors(bytes, file: "f")
    #expect(read.metadata == Self.file.metadata)
    for array in Self.file.arrays { #expect(read[array.name] == array) }
    #expect(try read.encoded().count == bytes.count)
    #expect(try Self.file.encoded() == bytes, "the same bytes every time")
  }

  /// Every cut and every changed byte of the header gives an error or a file, never a crash.
  @Test func damagedFiles() throws {
    let bytes = try Self.file.encoded()
    for length in 0..<bytes.count {
      #expect(throws: SafetensorsError.self) { try Safetensors(bytes.prefix(length), file: "f") }
    }
    let header = 8 + Int(bytes[0]) + 256 * Int(bytes[1])
    for place in 0..<header {
      for value in [0, 0x22, 0x2d, 0x39, 0x7d, 0xff] as [UInt8] {
        var damaged = bytes
        damaged[place] = value
        _ = try? Safetensors(damaged, file: "f")
      }
    }
    #expect(throws: SafetensorsError.self) { try Safetensors(bytes + Data([0]), file: "f") }
  }

  static func withHeader(_ header: String, data: Int = 0) -> Data {
    var bytes = Data()
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
    return bytes + Data(header.utf8) + Data(count: data)
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}"#, 2, "F16"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "do not fit"),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "impossible shape"),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, 4, "impossible shape"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "do not follow"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3, "cut short"),
    (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "lacks"),
    (#"{"__metadata__":{"a":1}}"#, 0, "map of strings"),
    (#"[1]"#, 0, "JSON object"),
  ])
  func foreignFiles(_ header: String, _ data: Int, _ message: String) {
    let error = #expect(throws: SafetensorsError.self) {
      try Safetensors(Self.withHeader(header, data: data), file: "model.safetensors")
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    #expect(error?.description.hasPrefix("model.safetensors: ") == true)
  }

  @Test func doublePrecisionIsRead() throws {
    var bytes = Self.withHeader(#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#)
    withUnsafeBytes(of: (0.1).bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    #expect(try Safetensors(bytes, file: "f")["a"]?.values == [Float(0.1)])
  }

  /// A file that lacks a parameter, or has it in another size, is named and leaves the store as it was.
  @Test func otherModels() throws {
    var builder = ParameterBuilder(seed: 1)
    _ = Linear("layer", inputs: 2, outputs: 3, in: &builder)
    var store = builder.store
    let before = store.values
    for (arrays, message) in [
      ([Safetensors.Array(name: "layer.weight", shape: [3, 2], values: [0, 0, 0, 0, 0, 0])], "no array 'layer.bias'"),
      ([Safetensors.Array(name: "layer.weight", shape: [2, 2], values: [0, 0, 0, 0])], "expected [3, 2]"),
    ] {
      let error = #expect(throws: SafetensorsError.self) { try store.load(Safetensors(arrays: arrays), named: "m") }
      #expect(error?.description.contains(message) == true)
      #expect(store.values == before)
    }
  }
}
