import NeuralNetworks

/// A diffeomorphism with parameters, recorded on a tape. forward maps latent z to data x, inverse data to latent.
///
/// Shapes: z and x `[dimension][columns]`, one sample per column; context `[contextFeatures][columns]`.
public protocol Bijector: Sendable {
  /// Coordinates of a latent, and of a data point.
  var dimension: Int { get }
  /// Rows of the context that it needs; 0 for none.
  var contextFeatures: Int { get }

  /// x and log |det ∂x/∂z|.
  func forward(_ z: Variable, given context: Variable?) -> Transformed
  /// z and log |det ∂z/∂x|.
  func inverse(_ x: Variable, given context: Variable?) -> Transformed
}

extension Bijector {
  public var contextFeatures: Int { 0 }

  /// The same map in the other direction.
  public var inverted: any Bijector { Inverted(base: self) }
}

/// What a bijector makes of a batch.
public struct Transformed {
  public var value: Variable
  public var logDet: LogDensity

  public init(_ value: Variable, logDet: LogDensity) {
    self.value = value
    self.logDet = logDet
  }
}

/// forward and inverse exchanged.
public struct Inverted: Bijector {
  public let base: any Bijector

  public var dimension: Int { base.dimension }
  public var contextFeatures: Int { base.contextFeatures }

  public func forward(_ z: Variable, given context: Variable?) -> Transformed { base.inverse(z, given: context) }
  public func inverse(_ x: Variable, given context: Variable?) -> Transformed { base.forward(x, given: context) }
}
