import NeuralNetworks

/// A bijector of all scaled internal coordinates of one molecule, with its parameters left out: what `NormalizingFlow` runs.
///
/// Latents and coordinates are matrices `[rows][tokens × samples]`, the samples of a token side by side. A `NormalizingFlow`
/// knows which place of the matrix holds which coordinate; places that hold none are 0, and stay 0.
public protocol FlowArchitecture: Sendable {
  var rows: Int { get }
  var tokens: Int { get }
  /// Where each internal coordinate stands.
  var places: [CoordinatePlace] { get }

  /// Whether derivatives by latents and coordinates go through, not those by parameters alone.
  var hasCoordinateDerivatives: Bool { get }

  func forward(_ latents: Variable) -> Transformed
  func inverse(_ coordinates: Variable) -> Transformed
}

extension FlowArchitecture {
  public var hasCoordinateDerivatives: Bool { true }
}

extension NormalizingFlow {
  /// - Throws: `TrainingError` for flows whose density and samples can be differentiated by parameters only.
  func requireCoordinateDerivatives() throws {
    guard architecture.hasCoordinateDerivatives else {
      throw TrainingError(
        description:
          "this flow has a guide, through which there are no derivatives of its density or samples by coordinates; likelihood and log_variance need none"
      )
    }
  }
}

/// The place of an internal coordinate in the matrices of an architecture.
public struct CoordinatePlace: Sendable, Equatable {
  public var row: Int
  public var token: Int

  public init(row: Int, token: Int) { (self.row, self.token) = (row, token) }

  /// One token for each row of a z-matrix: bond, angle, sibling dihedral, free torsion, as many as there are.
  static func ofTokens(_ rows: [CoordinateScaling.Row]) -> [CoordinatePlace] {
    rows.enumerated().flatMap { token, row in
      var places = [CoordinatePlace(row: 0, token: token)]
      if row.angle != nil { places.append(CoordinatePlace(row: 1, token: token)) }
      if row.sibling != nil { places.append(CoordinatePlace(row: 2, token: token)) }
      if row.isFree { places.append(CoordinatePlace(row: 3, token: token)) }
      return places
    }
  }
}

/// An autoregressive flow along the z-matrix of one molecule.
public struct AutoregressiveArchitecture: FlowArchitecture {
  public let network: AutoregressiveNetwork
  public let layout: AutoregressiveNetwork.Layout

  public init(network: AutoregressiveNetwork, layout: AutoregressiveNetwork.Layout) {
    (self.network, self.layout) = (network, layout)
  }

  public var rows: Int { AutoregressiveNetwork.coordinateRows }
  public var tokens: Int { layout.tokens }

  public var places: [CoordinatePlace] { CoordinatePlace.ofTokens(layout.rows) }

  public func forward(_ latents: Variable) -> Transformed { network.forward(latents, layout) }
  public func inverse(_ coordinates: Variable) -> Transformed { network.inverse(coordinates, layout) }
}

/// A bijector of all coordinates at once, a row for each.
public struct BijectorArchitecture: FlowArchitecture {
  public let bijector: any Bijector

  public init(_ bijector: any Bijector) {
    precondition(bijector.contextFeatures == 0, "a bijector without context")
    self.bijector = bijector
  }

  public var rows: Int { bijector.dimension }
  public var tokens: Int { 1 }
  public var places: [CoordinatePlace] { (0..<rows).map { CoordinatePlace(row: $0, token: 0) } }

  public func forward(_ latents: Variable) -> Transformed { bijector.forward(latents, given: nil) }
  public func inverse(_ coordinates: Variable) -> Transformed { bijector.inverse(coordinates, given: nil) }
}
