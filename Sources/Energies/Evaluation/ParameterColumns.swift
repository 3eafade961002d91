/// A term's parameters in the order its kernel reads them, as doubles and, rounded once, as floats.
struct ParameterColumns: Sendable {
  let double: [Double]
  let single: [Float]

  init(_ values: [Double]) {
    double = values
    single = values.map(Float.init)
  }
}
