import Energies
import Synchronization

/// exp(−u_β) of an `AnnealingPath` at one β.
public struct PathDensity<Path: AnnealingPath>: TargetDensity {
  public let path: Path
  public let beta: Double
  private let record: EvaluationRecord?

  public init(_ path: Path, beta: Double) { self.init(path, beta: beta, record: nil) }

  init(_ path: Path, beta: Double, record: EvaluationRecord?) {
    precondition(beta >= 0 && beta <= 1, "β lies between 0 and 1")
    self.path = path
    self.beta = beta
    self.record = record
  }

  public var dimension: Int { path.dimension }

  public func reducedPotentials(of x: borrowing Configurations) throws -> [Double] {
    let potentials = try path.potentials(of: x)
    record?.set(.init(x: copy x, potentials: potentials, gradients: nil))
    return potentials.mixed(path.coefficients(at: beta))
  }

  public func reducedPotentials(of x: borrowing Configurations, gradient: inout Configurations) throws -> [Double] {
    var gradients = PathGradients(count: x.count, dimension: x.dimension)
    let potentials = try path.potentials(of: x, gradients: &gradients)
    let coefficients = path.coefficients(at: beta)
    gradient = gradients.mixed(coefficients)
    record?.set(.init(x: copy x, potentials: potentials, gradients: gradients))
    return potentials.mixed(coefficients)
  }
}

/// What a path was last asked, and how often: kernels see only u_β, but the next β needs both ends of the path, and
/// where the kernel left a walker they have just been evaluated.
final class EvaluationRecord: Sendable {
  struct Evaluation: Sendable {
    var x: Configurations
    var potentials: PathPotentials
    var gradients: PathGradients?
  }

  private let state = Mutex<(last: Evaluation?, count: Int)>((nil, 0))

  func set(_ evaluation: Evaluation) {
    state.withLock { $0 = (evaluation, $0.count + evaluation.x.count) }
  }

  var last: Evaluation? { state.withLock { $0.last } }

  /// Configurations evaluated so far.
  var count: Int { state.withLock { $0.count } }
}
