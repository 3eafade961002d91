import Energies

/// A proposal whose log-density has a gradient, so that kernels with gradients can start from it.
public protocol DifferentiableProposal: Proposal {
  /// log q, `[count]`, and ∂ log q/∂x, written to `gradient` `[count][dimension]`; where log q is −∞ the gradient may be
  /// anything.
  func logDensities(of x: borrowing Configurations, gradient: inout Configurations) throws -> [Double]
}
