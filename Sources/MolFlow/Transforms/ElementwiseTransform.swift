import NeuralNetworks

/// A monotone function of one variable with parameters that a network gives: the mathematics of a coupling or an
/// autoregressive layer, without its weights.
///
/// Shapes: x `[variables][columns]`, parameters `[variables × parameterCount][columns]`, those of a variable one below
/// another. All parameters zero give the identity.
public protocol ElementwiseTransform: Sendable {
  /// Parameters of one variable.
  var parameterCount: Int { get }
  /// True where the variables are angles, on which networks see sines and cosines only.
  var isPeriodic: Bool { get }

  /// y and log |dy/dx| of each variable, `[variables][columns]` both.
  func forward(_ x: Variable, parameters: Variable) -> (value: Variable, logSlope: Variable)
  /// x and log |dx/dy|.
  func inverse(_ y: Variable, parameters: Variable) -> (value: Variable, logSlope: Variable)
}

extension ElementwiseTransform {
  public var isPeriodic: Bool { false }
}

extension Variable {
  /// Parameter number `k` of every variable, from `[variables × count][columns]`.
  func parameter(_ k: Int, of count: Int) -> Variable {
    count == 1 ? self : gatheringRows(stride(from: k, to: rows, by: count).map { $0 })
  }
}
