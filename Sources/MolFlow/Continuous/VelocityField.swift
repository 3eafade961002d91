import NeuralNetworks

/// A velocity field v(x, t) of N atoms with parameters, recorded on a tape: what a continuous flow integrates.
///
/// Positions and velocities are `[axes][atoms × samples]`, three axes or two, the samples of an atom side by side; times `[1][samples]`. Fields do not
/// change when all atoms move together, turn with the atoms, and have no mean: Σᵢ vᵢ = 0.
///
/// A new field is one file and one line in `FlowRecipes`.
public protocol VelocityField: Sendable {
  var atoms: Int { get }

  /// Sets of two and more atoms that the field does not tell apart.
  var interchangeable: [[Int]] { get }

  /// Coordinates that are angles; only of plain vectors.
  var circular: [Int] { get }

  /// Whether turning, reflecting and permuting latents changes nothing: false for plain vectors, whose coordinates are the rows of one
  /// token.
  var hasSymmetriesOfSpace: Bool { get }

  /// Samples of which velocities are recorded together: whole vectors of them, so few that what they need stays near.
  var samplesInCache: Int { get }

  /// v, recorded where the tape records.
  func velocity(_ x: Variable, times: Variable) -> Variable

  /// v, and the exact ∇·v = Σᵢ ∂vᵢ/∂xᵢ of every sample, `[samples]`; not recorded.
  ///
  /// On the subspace without mean the divergence is the same, because Σᵢ ∂vₖ/∂xᵢ = 0.
  func velocityAndDivergence(_ x: Variable, times: Variable) -> (velocity: Variable, divergence: [Double])

  /// The same, recorded so that both can be differentiated: the divergence as columns, of which those of a sample, column modulo
  /// the number of samples, add up to its divergence.
  func recordedVelocityAndDivergence(_ x: Variable, times: Variable) -> (Variable, divergence: Variable)
}

extension VelocityField {
  public var circular: [Int] { [] }
  public var hasSymmetriesOfSpace: Bool { true }
  public var samplesInCache: Int { max(1, 256 / (atoms * atoms)) * 16 }

  public func velocityAndDivergence(_ x: Variable, times: Variable) -> (velocity: Variable, divergence: [Double]) {
    directionalDivergence(x, times: times)
  }

  /// The divergence by one directional derivative for each coordinate, in forward mode: the yardstick of cheaper ways, and the way of
  /// fields that have none.
  public func directionalDivergence(_ x: Variable, times: Variable) -> (velocity: Variable, divergence: [Double]) {
    let tape = x.tape
    let samples = x.columns / atoms
    let wasRecording = tape.isRecording
    tape.isRecording = true
    defer { tape.isRecording = wasRecording }
    let v = velocity(x, times: times)
    var divergence = [Double](repeating: 0, count: samples)
    for axis in 0..<x.rows {
      for atom in 0..<atoms {
        tape.rewinding {
          var direction = [Double](repeating: 0, count: x.rows * x.columns)
          let start = (axis * atoms + atom) * samples
          for sample in 0..<samples { direction[start + sample] = 1 }
          let change = tape.variable(direction, rows: x.rows, columns: atoms * samples)
          guard let dv = tape.pushForward([(x, change)], to: [v])[0] else { return }
          let own = dv.rows(axis..<axis + 1).columns(atom * samples..<(atom + 1) * samples).values
          for sample in 0..<samples { divergence[sample] += own[sample] }
        }
      }
    }
    return (v, divergence)
  }
}

extension Variable {
  /// Without the mean over the atoms of each sample.
  func removingMean(atoms: Int) -> Variable {
    let samples = columns / atoms
    let moves = (0..<atoms).map { TokenMove(from: $0, to: 0) }
    let mean = (1 / Double(atoms)) * addingTokens(moves, of: 1, samples: samples)
    return self - mean.tilingColumns(atoms)
  }
}
