import Energies
import Testing
import Trajectories

@Suite("NumPy arrays")
struct NumPyArrayTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("every shape comes back bit for bit", arguments: [[], [0], [6], [2, 3], [1, 2, 3], [3, 0, 2]])
  func roundTrip(_ shape: [Int]) throws {
    let count = shape.reduce(1, *)
    let array = NumPyArray(shape: shape, values: (0..<count).map { 1 / Double($0 + 3) })
    let path = folder.file("a.npy")
    try array.write(to: path)
    #expect(try NumPyArray(path: path) == array)
    #expect(try bytes(of: path).count == (count * 8) + (try bytes(of: path).firstIndex(of: 0x0A)! + 1))
    #expect(try (bytes(of: path).firstIndex(of: 0x0A)! + 1) % 64 == 0)
    try array.write(to: path, as: .float32)
    #expect(try NumPyArray(path: path).values == array.values.map { Double(Float($0)) })
  }

  @Test("configurations have three dimensions")
  func configurations() throws {
    let configurations = SampleFrames.configurations(count: 2, atoms: 4)
    let array = NumPyArray(configurations)
    #expect(array.shape == [2, 4, 3] && array.values == configurations.coordinates)
    #expect(NumPyArray(Configurations(count: 3, dimension: 2)).shape == [3, 2])
  }

  /// A version 1.0 file with this header and this many bytes of values.
  private func file(_ header: String, values: Int) throws -> String {
    let length = header.utf8.count
    let path = folder.file("header.npy")
    try writeBytes(
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(header.utf8)
        + [UInt8](repeating: 0, count: values), to: path)
    return path
  }

  @Test("headers as Python may write them")
  func permissiveHeaders() throws {
    for header in [
      "{'shape': (2, ), 'fortran_order': False, 'descr': '<f8'}\n",
      "{\"descr\":\"<f8\",\"fortran_order\":False,\"shape\":(2,)}",
    ] { #expect(try NumPyArray(path: file(header, values: 16)).values == [0, 0], "\(header)") }
  }

  @Test(
    "broken headers are errors",
    arguments: [
      "", "{}", "{'descr': '<f8'}", "{'descr': '>f8', 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '<f8', 'fortran_order': True, 'shape': (2,)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (2)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (-2,)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)} x",
      "{'descr': '<f8', 'fortran_order': False, 'shape': 2}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 2)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}",
      "{'descr': '<f8', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "{'a': {'a': {'a': {}}}}", "((((((((",
    ])
  func brokenHeaders(_ header: String) throws {
    #expect(throws: InputError.self) { try NumPyArray(path: file(header, values: 16)) }
  }
}
