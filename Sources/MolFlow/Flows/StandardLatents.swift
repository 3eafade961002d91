import Foundation
import Randomness
import Sampling

/// Independent latents: standard normal, or uniform on the circle for angles.
public struct StandardLatents: CoordinatewiseProposal {
  public let isPeriodic: [Bool]

  public init(isPeriodic: [Bool]) {
    precondition(!isPeriodic.isEmpty)
    self.isPeriodic = isPeriodic
  }

  public var dimension: Int { isPeriodic.count }

  private static let logUniform = -log(2 * Double.pi)
  private static let logNormaliser = -0.5 * log(2 * Double.pi)

  public func draw(coordinate i: Int, using random: inout RandomStream) -> Double {
    isPeriodic[i] ? 2 * Double.pi * random.uniform() - Double.pi : random.normal()
  }

  public func logDensity(coordinate i: Int, at x: Double) -> (value: Double, slope: Double) {
    isPeriodic[i] ? (Self.logUniform, 0) : (Self.logNormaliser - 0.5 * x * x, -x)
  }
}
