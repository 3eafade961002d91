/// Conversion of big-endian values of a NetCDF classic file to `Double`.
enum ClassicValues {
  /// `count` values of `type` from the start of `bytes`.
  static func decode(_ bytes: UnsafeRawBufferPointer, type: ClassicType, count: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      decode(bytes, type: type, into: buffer)
      initialized = count
    }
  }

  /// Fills `values` from the start of `bytes`. Int64 beyond 2⁵³ are rounded.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, type: ClassicType, into values: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(bytes.count >= values.count * type.byteCount)
    func fill<Integer: FixedWidthInteger>(_: Integer.Type, _ convert: (Integer) -> Double) {
      let width = MemoryLayout<Integer>.size
      for i in values.indices {
        let raw = bytes.loadUnaligned(fromByteOffset: i * width, as: Integer.self)
        values.initializeElement(at: i, to: convert(Integer(bigEndian: raw)))
      }
    }
    switch type {
    case .byte: fill(Int8.self) { Double($0) }
    case .char, .unsignedByte: fill(UInt8.self) { Double($0) }
    case .short: fill(Int16.self) { Double($0) }
    case .unsignedShort: fill(UInt16.self) { Double($0) }
    case .int: fill(Int32.self) { Double($0) }
    case .unsignedInt: fill(UInt32.self) { Double($0) }
    case .int64: fill(Int64.self) { Double($0) }
    case .unsignedInt64: fill(UInt64.self) { Double($0) }
    case .float: fill(UInt32.self) { Double(Float(bitPattern: $0)) }
    case .double: fill(UInt64.self) { Double(bitPattern: $0) }
    }
  }
}
