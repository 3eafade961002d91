import Foundation
import NeuralNetworks

/// Features of atoms before they see each other: what they are and the time, through a small network.
struct FieldStart: Sendable {
  private static let waves = 16
  static let timeFeatures = 2 * waves
  /// 1 − t below which times are alike.
  private static let shortest = 0.01

  /// Waves of t, and of ln(1 − t) since close to 1 much happens in little time: there velocities of stiff directions change.
  static func features(of times: Variable) -> Variable {
    let progress = (-1 / log(shortest)) * ((1 + shortest) - times).log()
    return times.timeEmbedding(features: waves, highest: 20).stacked(
      with: progress.timeEmbedding(features: waves, highest: 10))
  }

  /// What an atom is to the network.
  private enum Identity: Sendable {
    /// A column of parameters for each class of one molecule.
    case classes(Parameter, ofAtoms: [Int])
    /// A linear map of a molecule's context, `[features][atoms]`, the same for any molecule.
    case context(Linear, ConstantMatrix)
  }

  private let identity: Identity
  private let time: Linear
  private let output: Linear

  init(classes: PairClasses, width: Int, in builder: inout ParameterBuilder) {
    self.init(width: width, in: &builder) { builder in
      .classes(
        builder.normal("class", rows: width, columns: classes.atomClassCount, standardDeviation: 1),
        ofAtoms: classes.ofAtoms)
    }
  }

  /// - Parameter context: of each atom, the same for atoms that may be exchanged.
  init(context: ConstantMatrix, width: Int, in builder: inout ParameterBuilder) {
    self.init(width: width, in: &builder) { builder in
      .context(
        Linear(
          "context", inputs: context.rows, outputs: width,
          start: .normal(gain: (Double(context.rows) / 4).squareRoot()), in: &builder), context)
    }
  }

  private init(
    width: Int, in builder: inout ParameterBuilder, identity: (inout ParameterBuilder) -> Identity
  ) {
    (self.identity, time, output) = builder.scope("start") { builder in
      (
        identity(&builder), Linear("time", inputs: Self.timeFeatures, outputs: width, in: &builder),
        Linear("output", inputs: width, outputs: width, in: &builder)
      )
    }
  }

  /// `[width][atoms × samples]` from features of the time `[timeFeatures][samples]`.
  func callAsFunction(_ features: Variable, atoms: Int) -> Variable {
    let tape = features.tape
    let ofAtoms: Variable =
      switch identity {
      case .classes(let embedding, let classes): tape.variable(embedding).gatheringTokens(classes, samples: 1)
      case .context(let linear, let context): linear(tape.variable(context))
      }
    return output((time(features).tilingColumns(atoms) + ofAtoms).applying(.silu))
  }
}
