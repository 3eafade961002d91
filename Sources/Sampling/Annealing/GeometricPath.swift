import Energies

/// From a proposal to a target, exp(−u_β) = q^(1−β) e^{−βu}: u_start = −log q, u_end = u.
///
/// The start is normalised, so that the weights of paths along it have the mean Z = ∫ exp(−u) over where q is not zero.
///
/// Source: Gelman & Meng 1998, doi:10.1214/ss/1028905934; Neal 2001, doi:10.1023/A:1008923215028.
public struct GeometricPath<Start: Proposal, End: TargetDensity>: AnnealingPath {
  public let proposal: Start
  public let target: End

  public init(from proposal: Start, to target: End) {
    precondition(proposal.dimension == target.dimension, "proposal and target must be of one molecule")
    self.proposal = proposal
    self.target = target
  }

  public var dimension: Int { target.dimension }

  public func potentials(of x: borrowing Configurations) throws -> PathPotentials {
    PathPotentials(start: try proposal.logDensities(of: x).map { -$0 }, end: try target.reducedPotentials(of: x))
  }

  public func potentials(of x: borrowing Configurations, start: [Double]) throws -> PathPotentials {
    PathPotentials(start: start, end: try target.reducedPotentials(of: x))
  }

  /// - Throws: `SamplingError.noGradient` where the proposal is not a `DifferentiableProposal`.
  public func potentials(of x: borrowing Configurations, gradients: inout PathGradients) throws -> PathPotentials {
    guard let proposal = proposal as? any DifferentiableProposal else {
      throw SamplingError.noGradient(proposal: String(describing: Start.self))
    }
    let logQ = try proposal.logDensities(of: x, gradient: &gradients.start)
    for i in gradients.start.coordinates.indices { gradients.start.coordinates[i].negate() }
    return PathPotentials(
      start: logQ.map { -$0 }, end: try target.reducedPotentials(of: x, gradient: &gradients.end))
  }
}
