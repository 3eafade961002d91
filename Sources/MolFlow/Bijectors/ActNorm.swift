import Foundation
import NeuralNetworks

/// x = e^s z + b with trained s and b for each variable (Kingma & Dhariwal 2018, arXiv:1807.03039).
public struct ActNorm: Bijector {
  public let dimension: Int
  private let logScale: Parameter
  private let shift: Parameter

  public init(_ name: String, dimension: Int, in builder: inout ParameterBuilder) {
    self.dimension = dimension
    (logScale, shift) = builder.scope(name) { builder in
      (builder.constant("log_scale", rows: dimension), builder.constant("shift", rows: dimension))
    }
  }

  /// Sets mean and deviation of each variable to those of data `[sample][dimension]`, so that latents are standardised.
  public func start(_ store: inout ParameterStore, data: [[Double]]) {
    precondition(data.count > 1 && data.allSatisfy { $0.count == dimension }, "at least two samples")
    for variable in 0..<dimension {
      let column = data.map { $0[variable] }
      let mean = column.reduce(0, +) / Double(column.count)
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count - 1)
      store.values[shift.offset + variable] = Float(mean)
      store.values[logScale.offset + variable] = variance > 0 ? Float(0.5 * log(variance)) : 0
    }
  }

  public func forward(_ z: Variable, given context: Variable?) -> Transformed {
    let s = z.tape.variable(logScale)
    return Transformed(s.exp() * z + z.tape.variable(shift), logDet: LogDensity(s))
  }

  public func inverse(_ x: Variable, given context: Variable?) -> Transformed {
    let s = x.tape.variable(logScale)
    return Transformed((-s).exp() * (x - x.tape.variable(shift)), logDet: LogDensity(s, scale: -1))
  }
}
